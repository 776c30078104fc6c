import { formatBytes, formatJoules } from '@convzoo/cost-analysis/format';
import { availableThreads } from '@convzoo/engine';
import { resolveModel } from '@convzoo/zoo';
import { backendNames, takesThreads } from '../backend-names.js';
import { type BenchRow, type CellSpec, type FailedRow, failed } from '../benchmark/cell.js';
import { openEnergyMeter } from '../benchmark/energy.js';
import { benchmark, burstsOf } from '../benchmark/run.js';
import { EXIT } from '../errors.js';
import { isModelFile } from '../network/model.js';
import { startProgress } from '../output/progress.js';
import { type TableColumn, tableLines } from '../output/table.js';
import { type OutputOptions, printJson, terminalOf } from '../output/terminal.js';
import { oneOf } from './model-options.js';

interface BenchOptions extends OutputOptions {
  readonly models: string;
  readonly backends: string;
  readonly threads?: number | undefined;
  readonly batch: number;
  readonly runs: number;
  readonly energy?: boolean | undefined;
}

export async function bench(options: BenchOptions): Promise<number> {
  const terminal = terminalOf(options);
  const backends = words(options.backends).map((name) => oneOf(backendNames, name, '--backends') ?? name);
  const models = words(options.models);
  // A mistyped name is told before anything runs.
  for (const model of models) if (!isModelFile(model)) resolveModel(model);
  const { threads, batch } = options;
  const specs = models.flatMap((model) =>
    backends.flatMap((backend) =>
      threadCounts(backend, threads).map((each) => ({ model, backend, threads: each, batch })),
    ),
  );
  const meter = options.energy === true ? await openEnergyMeter() : undefined;
  const bar = startProgress(terminal, burstsOf(specs.length, options.runs), 'bench');
  let rows: readonly (BenchRow | FailedRow)[];
  try {
    rows = await benchmark(specs, {
      runs: options.runs,
      meter,
      progress: (done, _, spec) => bar.update(done, `${spec.model} on ${nameOf(spec)}`),
    });
  } finally {
    bar.stop();
  }
  if (options.json === true) printJson(rows);
  else {
    const measured = rows.filter((row): row is BenchRow => !failed(row));
    for (const line of tableLines(measured, columnsOf(meter !== undefined), terminal.width)) terminal.print(line);
    for (const row of rows.filter(failed)) terminal.print(`${row.model} on ${nameOf(row)}: ${row.error.message}`);
  }
  return rows.every(failed) ? EXIT.failure : EXIT.ok;
}

/** Cut at commas, but not at the one between width and resolution: `mobilenet_v2@0.5,160`. */
const words = (text: string): readonly string[] =>
  text
    .split(/,(?!\d+(?:,|$))/)
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Backends that take a number of threads are measured at one and at all. */
function threadCounts(backend: string, wanted: number | undefined): readonly (number | undefined)[] {
  if (!takesThreads(backend)) return [undefined];
  return wanted === undefined ? [...new Set([1, availableThreads().threads])] : [wanted];
}

const nameOf = ({ backend, threads }: CellSpec): string =>
  threads === undefined ? backend : `${backend}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

function columnsOf(energy: boolean): readonly TableColumn<BenchRow>[] {
  const milliseconds = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
  return [
    { title: 'network', text: ({ model }) => model, align: 'left' },
    { title: 'backend', text: ({ backend }) => backend, align: 'left', rank: 9 },
    { title: 'threads', text: ({ threads }) => (threads === undefined ? '' : String(threads)), rank: 7 },
    { title: 'batch', text: ({ batch }) => String(batch), rank: 2 },
    { title: 'first ms', text: ({ first }) => milliseconds(first), rank: 3 },
    { title: 'median ms', text: ({ median }) => milliseconds(median), rank: 6 },
    { title: 'min ms', text: ({ min }) => milliseconds(min), rank: 8 },
    { title: 'pictures/s', text: ({ batch, min }) => ((1000 * batch) / min).toFixed(1), rank: 1 },
    { title: 'memory', text: ({ peakMemory }) => formatBytes(peakMemory), rank: 5 },
    ...(energy
      ? [{ title: 'energy', text: ({ energy: joules }: BenchRow) => formatJoules(joules ?? 0), rank: 4 }]
      : []),
  ];
}
