import { formatBytes, formatCount } from '@convzoo/cost-analysis/format';
import {
  availableThreads,
  type EngineRates,
  engineBackend,
  measureEngine,
  type PlannedLayer,
  type PlanReport,
  planOf,
  predictSeconds,
} from '@convzoo/engine';
import { formatShape } from '@convzoo/layers';
import { openModel } from '../network/model.js';
import { type TableColumn, tableLines } from '../output/table.js';
import { type OutputOptions, printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { buildOptions } from './model-options.js';

/** Bytes in a MiB. */
const MIB = 1_048_576;

interface PlanOptions extends OutputOptions {
  readonly input?: string | undefined;
  readonly classes?: number | undefined;
  readonly dialect?: string | undefined;
  readonly batch: number;
  readonly threads?: number | undefined;
  readonly winograd?: number | undefined;
}

export async function showPlan(model: string, options: PlanOptions): Promise<void> {
  const terminal = terminalOf(options);
  const { batch, threads = availableThreads().threads, winograd } = options;
  const { graph, notes } = await openModel(model, buildOptions(options));
  for (const note of notes) terminal.note(`Note: ${note}.`);
  const winogradBudget = winograd === undefined ? undefined : winograd * MIB;
  const plan = planOf(graph, { batch, threads, winogradBudget });
  await using backend = await engineBackend({ threads });
  const rates = await measureEngine(backend);
  if (options.json === true) printJson(planToJson(graph.name, plan, rates));
  else printPlan(terminal, graph.name, plan, rates);
}

function planToJson(model: string, plan: PlanReport, rates: EngineRates): object {
  const layers = plan.layers.map((layer) => ({ ...layer, predictedSeconds: predictSeconds(layer, plan.batch, rates) }));
  return { model, ...plan, rates, layers };
}

interface Row {
  readonly name: string;
  readonly kernel: string;
  readonly shape: string;
  readonly examples: number;
  readonly weights: number;
  readonly scratch: number;
  readonly macs: number;
  readonly seconds: number;
}

const rowOf = (layer: PlannedLayer, batch: number, rates: EngineRates): Row => ({
  name: layer.path,
  kernel: layer.kernel,
  shape: formatShape(layer.shape),
  examples: layer.examples,
  weights: layer.weightBytes,
  scratch: layer.scratchBytes,
  macs: batch * layer.macs,
  seconds: predictSeconds(layer, batch, rates),
});

function printPlan(terminal: Terminal, model: string, plan: PlanReport, rates: EngineRates): void {
  const { batch, threads, layers, weightBytes, arenaBytes } = plan;
  const rows = layers.map((layer) => rowOf(layer, batch, rates));
  const sum = (field: 'weights' | 'scratch' | 'macs' | 'seconds'): number =>
    rows.reduce((total, row) => total + row[field], 0);
  const total: Row = {
    ...{ name: 'total', kernel: '', shape: '', examples: 0 },
    ...{ weights: sum('weights'), scratch: sum('scratch'), macs: sum('macs'), seconds: sum('seconds') },
  };
  const head =
    `${model} on the engine, batch ${batch}, ${threads === 1 ? '1 thread' : `${threads} threads`}: ` +
    `${formatBytes(weightBytes)} of weights, ${formatBytes(arenaBytes)} of maps, scratch and tables.`;
  for (const line of wrapText(head, terminal.width)) terminal.print(line);
  terminal.print('');
  for (const line of tableLines([...rows, total], batch === 1 ? columns : [...columns, atOnce], terminal.width))
    terminal.print(line);
  terminal.print('');
  for (const line of wrapText(LEGEND, terminal.width)) terminal.print(line);
}

const LEGEND =
  'weights: as they lie in memory, packed or transformed. scratch: beside the maps, taken again by the next layer, and tables. ' +
  'MACs: as defined, for the batch; Winograd multiplies less. at once: pictures of a batch. predicted: MACs at the rate that one typical layer of the same ' +
  'kernel has just reached here, or the reading of the weights if that takes longer; "cost --roofline --backend engine" measures.';

const columns: readonly TableColumn<Row>[] = [
  { title: 'layer', text: ({ name }) => name },
  { title: 'kernel', align: 'left', rank: 10, text: ({ kernel }) => kernel },
  { title: 'output', rank: 7, text: ({ shape }) => shape },
  { title: 'weights', rank: 8, text: ({ weights }) => (weights === 0 ? '' : formatBytes(weights)) },
  { title: 'scratch', rank: 4, text: ({ scratch }) => (scratch === 0 ? '' : formatBytes(scratch)) },
  { title: 'MACs', rank: 6, text: ({ macs }) => (macs === 0 ? '' : formatCount(macs)) },
  { title: 'predicted', rank: 9, text: ({ seconds }) => `${(1000 * seconds).toFixed(3)} ms` },
];

/** Of a batch. */
const atOnce: TableColumn<Row> = {
  title: 'at once',
  rank: 5,
  text: ({ examples }) => (examples === 0 ? '' : `${examples}`),
};
