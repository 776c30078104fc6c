import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Contender } from './contender.js';

interface About {
  readonly version: string;
  readonly python: string;
  readonly numpy: string | null;
}

/** Pillow in a Python process of its own, which times itself; undefined where that Python has no Pillow. */
export async function pillow(python: string): Promise<Contender | undefined> {
  const script = fileURLToPath(new URL('../../python/pillow_worker.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const failed = new Promise<void>((resolve) => child.on('error', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const line = await Promise.race([lines.next(), failed]);
    return line && !line.done ? JSON.parse(line.value) : undefined;
  };
  const about = (await read()) as About | undefined;
  if (!about) return undefined;
  const ask = async (task: Record<string, unknown>): Promise<number> => {
    child.stdin.write(`${JSON.stringify(task)}\n`);
    const answer = (await read()) as { milliseconds: number } | undefined;
    if (!answer) throw new Error(`${python} ended at ${JSON.stringify(task)}`);
    return answer.milliseconds;
  };
  return {
    name: 'Pillow',
    version: `${about.version} (Python ${about.python})`,
    note: about.numpy === null ? 'no numpy: without the float values' : `values by numpy ${about.numpy}`,
    file: (path) => ask({ task: 'file', path }),
    resize: (path, height, width) => ask({ task: 'resize', path, height, width }),
    folder: (root) => ask({ task: 'folder', root }),
    close: () => child.kill(),
  };
}
