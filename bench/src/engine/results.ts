import { readFile, writeFile } from 'node:fs/promises';
import type { Place } from './contenders.js';
import type { NetworkFacts } from './models/index.js';
import type { RuntimeName } from './protocol.js';

/** One network on one contender. Times are milliseconds, memory is bytes. */
export interface Row {
  readonly model: string;
  readonly batch: number;
  /** Id of the contender. */
  readonly cell: string;
  readonly runtime: RuntimeName;
  readonly place: Place;
  readonly threads: number;
  /** Id of the run that it was measured in. */
  readonly run: string;
  readonly description: string;
  /** Of the engine at batch 1 the least of some processes. */
  readonly load: number;
  readonly first: number;
  readonly median: number;
  readonly min: number;
  /** Least time of one example on the same contender in the same turns. */
  readonly alone?: number | undefined;
  readonly runs: number;
  /** Processors that it kept busy, on average; absent where nobody can tell. */
  readonly processors?: number | undefined;
  /** Bursts that were kept although others used the machine, and whether they did during load and first run. */
  readonly disturbed: number;
  readonly loadDisturbed: boolean;
  /** Of the process (in Chromium of the renderer): most at once, and at the end. */
  readonly peakMemory?: number | undefined;
  readonly memory?: number | undefined;
  /** At the end, with pages that are shared between processes divided among them. */
  readonly proportionalMemory?: number | undefined;
  /** Largest difference from the engine's output, as a part of its largest value. */
  readonly difference: number;
}

/** A contender that did not take part. */
export interface Absence {
  readonly model: string;
  readonly batch: number;
  readonly cell: string;
  readonly reason: string;
}

export interface Run {
  readonly id: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rounds: Readonly<Record<string, number>>;
}

/** A whole command, from the start of its process to its end. */
export interface CommandRow {
  readonly command: string;
  readonly backend: string;
  readonly run: string;
  readonly median: number;
  readonly min: number;
  readonly runs: number;
}

export interface Results {
  readonly runs: readonly Run[];
  readonly networks: readonly NetworkFacts[];
  /** Bytes of the engine as pages load it, bundled and compressed by gzip. */
  readonly engineGzip?: number | undefined;
  readonly rows: readonly Row[];
  readonly absent: readonly Absence[];
  readonly commands: readonly CommandRow[];
}

export const noResults: Results = { runs: [], networks: [], rows: [], absent: [], commands: [] };

export async function readResults(file: URL): Promise<Results> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const found: Partial<Results> = text === undefined ? {} : JSON.parse(text);
  // Of an older form of this benchmark, which told no runs.
  return found.runs === undefined ? noResults : { ...noResults, ...found };
}

export async function writeResults(file: URL, results: Results): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

const keyOf = ({ model, batch, cell }: Pick<Row, 'model' | 'batch' | 'cell'>): string => `${model} ${batch} ${cell}`;

/** New rows take the place of old ones of the same network, batch and contender. */
export function merged(old: Results, added: Partial<Results>): Results {
  const replaced = new Set([...(added.rows ?? []), ...(added.absent ?? [])].map(keyOf));
  const kept = <T extends Pick<Row, 'model' | 'batch' | 'cell'>>(entries: readonly T[]): readonly T[] =>
    entries.filter((entry) => !replaced.has(keyOf(entry)));
  const rows = [...kept(old.rows), ...(added.rows ?? [])];
  const commands = added.commands ?? old.commands;
  const used = new Set([...rows, ...commands].map(({ run }) => run));
  const runs = new Map([...old.runs, ...(added.runs ?? [])].map((run) => [run.id, run]));
  const networks = new Map([...old.networks, ...(added.networks ?? [])].map((facts) => [facts.model, facts]));
  return {
    // Runs that nothing is left of are forgotten; the current one has no rows at first.
    runs: [...runs.values()].filter(({ id }) => used.has(id) || added.runs?.some((run) => run.id === id)),
    networks: [...networks.values()],
    engineGzip: added.engineGzip ?? old.engineGzip,
    rows,
    absent: [...kept(old.absent), ...(added.absent ?? [])],
    commands,
  };
}

export const isMeasured = (results: Results, key: Pick<Row, 'model' | 'batch' | 'cell'>): boolean =>
  results.rows.some((row) => keyOf(row) === keyOf(key));
