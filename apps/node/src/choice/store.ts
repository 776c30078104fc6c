import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { type Graph, hashGraph } from '@convzoo/layers';
import type { Trial, TrialRow } from './trial.js';

/** What a trial is good for: it is made anew where the processor, Node, a library or its being there has changed. */
function machine(): string {
  const facts = [
    cpus()[0]?.model ?? '',
    availableParallelism(),
    process.platform,
    process.arch,
    process.version,
    libraryState('onnxruntime-node'),
    libraryState('@tensorflow/tfjs-node', 'lib/napi-v8/tfjs_binding.node'),
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/** Version of an optional library, and whether its native part is there. */
function libraryState(name: string, native?: string): string {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown };
    return `${version} ${native === undefined || existsSync(join(dirname(manifest), native))}`;
  } catch {
    return 'none';
  }
}

/** Beside the weights in the cache: `trials/MACHINE/NETWORK-BATCH.json`. */
async function folder(): Promise<string> {
  const { cacheFolder } = await import('@convzoo/hub/node');
  return join(cacheFolder(), 'trials');
}

const fileOf = async (graph: Graph, batch: number): Promise<string> =>
  join(await folder(), machine(), `${(await hashGraph(graph)).slice(0, 16)}-${batch}.json`);

/** The trial of a network on this machine as it is now, if there is one. */
export async function readTrial(graph: Graph, batch: number): Promise<Trial | undefined> {
  // Most machines have none, and a hash of the graph is some milliseconds.
  if (!existsSync(await folder())) return undefined;
  return parse(await fileOf(graph, batch));
}

/** Every trial of this machine as it is now, the last first. */
export async function allTrials(): Promise<readonly Trial[]> {
  const own = join(await folder(), machine());
  const names = await readdir(own).catch(() => []);
  const trials = await Promise.all(names.map((name) => parse(join(own, name))));
  return trials.filter((trial) => trial !== undefined).sort((a, b) => b.date - a.date);
}

/** Keeps a trial. A cache that cannot be written is no reason to fail: it is measured again the next time. */
export async function writeTrial(graph: Graph, trial: Trial): Promise<void> {
  try {
    const { writeFileAtomic } = await import('@convzoo/weights/node');
    const path = await fileOf(graph, trial.batch);
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, `${JSON.stringify(trial)}\n`);
  } catch {
    // As above.
  }
}

async function parse(path: string): Promise<Trial | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isTrial(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTrial(value: unknown): value is Trial {
  if (typeof value !== 'object' || value === null) return false;
  const { model, batch, date, rows } = value as Partial<Record<keyof Trial, unknown>>;
  const numbers = [batch, date].every((each) => typeof each === 'number' && each > 0);
  return typeof model === 'string' && numbers && Array.isArray(rows) && rows.length > 0 && rows.every(isRow);
}

function isRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { backend, threads, start, run } = value as Partial<Record<keyof TrialRow, unknown>>;
  const optional = threads === undefined || typeof threads === 'number';
  return typeof backend === 'string' && optional && typeof start === 'number' && typeof run === 'number';
}
