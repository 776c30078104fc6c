import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Flags of Node under which the package's sources run as they are: see typescript-hooks.mjs. */
export const sourceFlags = ['--conditions=source', '--import', new URL('./typescript-hooks.mjs', import.meta.url).href];

const sources = new URL('../../src/', import.meta.url).href;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a module in a process of its own. In `body`, `from('augment/index.ts')` imports a source of the package and
 * `argument` is the JSON value given. A process that does not end by itself is killed, and its code is null.
 */
export async function runProcess(
  body: string,
  { argument = null as unknown, flags = [] as string[], seconds = 60 } = {},
): Promise<Finished> {
  const script = [
    `const from = (path) => import(${JSON.stringify(sources)} + path);`,
    `const argument = JSON.parse(process.argv[1]);`,
    body,
  ].join('\n');
  const child = spawn(
    process.execPath,
    [...flags, ...sourceFlags, '--input-type=module', '--eval', script, JSON.stringify(argument)],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { code, ...output };
}
