import { type Roofline, type RooflineRow, roofline } from '@convzoo/cost-analysis';
import { formatBytes, formatCount } from '@convzoo/cost-analysis/format';
import {
  float32Tensor,
  formatShape,
  type Graph,
  optimiseForInference,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';
import { type MeasuredPeaks, measureLayers, measurePeaks } from '@convzoo/runtime';
import { describeChoice, pickBackend } from '../../backends.js';
import type { View } from '../../commands/cost/view.js';
import { UsageError } from '../../errors.js';
import { type TableColumn, tableLines } from '../../output/table.js';
import { printJson, type Terminal } from '../../output/terminal.js';
import { wrapText } from '../../output/wrap.js';

export interface RooflineRequest {
  readonly terminal: Terminal;
  readonly batch: number;
  readonly backend: string | undefined;
  readonly threads: number | undefined;
  readonly per: View;
  readonly json: boolean;
}

interface TimedRow extends RooflineRow {
  readonly measuredSeconds: number | null;
}

/** Measures a backend, predicts every layer by its roofline, and measures every layer beside it. */
export async function printRoofline(
  graph: Graph,
  { terminal, batch, backend: wanted, threads, per, json }: RooflineRequest,
): Promise<void> {
  if (per !== 'layer' && per !== 'kind') {
    throw new UsageError('bad-option', `--roofline goes --per layer or --per kind; got --per ${per}.`);
  }
  const choice = await pickBackend('few-pictures', { backend: wanted, threads, graph });
  const { backend } = choice;
  for (const line of wrapText(`Backend: ${describeChoice(choice)}`, terminal.width)) terminal.note(line);
  terminal.note('Measuring its peaks, then the network ...');
  const peaks = await measurePeaks(backend);
  // What the backend runs: norms folded, activations fused.
  const plan = optimiseForInference({ ...graph, taps: {} }).graph;
  const model = roofline(plan, peaks, { batch });
  const measured = await measuredTimes(graph, batch, backend);
  const rows = model.rows.map((row): TimedRow => ({ ...row, measuredSeconds: measured.get(row.path) ?? null }));
  const total = rows.reduce((sum, row) => sum + (row.traffic > 0 ? (row.measuredSeconds ?? 0) : 0), 0);
  if (json) {
    const { backend: name, ...rest } = peaks;
    printJson({
      model: graph.name,
      backend: name,
      batch,
      peaks: rest,
      ridge: model.ridge,
      predictedSeconds: model.predictedSeconds,
      measuredSeconds: total,
      rows,
    });
    return;
  }
  for (const line of wrapText(peakText(graph, peaks, model), terminal.width)) terminal.print(line);
  terminal.print('');
  const lines = per === 'layer' ? rows.filter(({ traffic }) => traffic > 0).map(lineOf) : byKind(rows);
  for (const line of tableLines([...lines, totalOf(lines)], columns(total, per), terminal.width)) terminal.print(line);
  const unknown = rows.filter(({ operations }) => operations === null).map(({ path, kind }) => `${path} (${kind})`);
  const notes = unknown.length === 0 ? [] : [`Not predicted, no rule: ${unknown.join(', ')}.`];
  for (const note of [LEGEND, ...notes])
    for (const line of ['', ...wrapText(note, terminal.width)]) terminal.print(line);
}

const LEGEND =
  'ops: 2 for each MAC and the elementwise work. traffic: inputs, weights and results as float32, as if no cache kept any. ' +
  'bound: what limits it on the roofline. predicted: the longer of ops at the peak and traffic at the bandwidth; a layer ' +
  'whose maps stay in a cache can be faster. measured: the least of three runs, on zeros; - is a layer that is computed with its neighbour.';

async function measuredTimes(
  graph: Graph,
  batch: number,
  backend: Awaited<ReturnType<typeof pickBackend>>['backend'],
): Promise<ReadonlyMap<string, number>> {
  await using session = await backend.prepare(graph, zeros(graph), { profile: true });
  const shape = [batch, ...(graph.nodes[0]?.shape ?? [])];
  const times = await measureLayers(session, float32Tensor(shape, new Float32Array(sizeOf(shape))));
  return new Map(times.map(({ path, seconds }) => [path, seconds]));
}

/** Times do not depend on values, but denormals would: a deep network of small random weights is full of them. */
const zeros = (graph: Graph): Parameters =>
  new Map(paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, new Float32Array(sizeOf(shape)))]));

function peakText(graph: Graph, peaks: MeasuredPeaks, { ridge, batch, predictedSeconds }: Roofline): string {
  return (
    `${graph.name} on ${peaks.backend}, batch ${batch}: peak ${(peaks.flopsPerSecond / 1e9).toFixed(1)} GFLOP/s ` +
    `(${peaks.flopsBy}), ${(peaks.bytesPerSecond / 1e9).toFixed(1)} GB/s (${peaks.bytesBy}). Below ${ridge.toFixed(1)} ` +
    `operations a byte memory is the limit. Predicted: no less than ${milliseconds(predictedSeconds)}.`
  );
}

interface Line {
  readonly name: string;
  readonly kind: string;
  readonly shape: string;
  /** `null` where an op has no rule: a `?`, never 0. */
  readonly operations: number | null;
  readonly traffic: number;
  readonly bound: string;
  readonly predicted: number | null;
  /** `null` where another layer's kernel computes it too. */
  readonly measured: number | null;
}

const lineOf = ({
  path,
  kind,
  shape,
  operations,
  traffic,
  bound,
  predictedSeconds,
  measuredSeconds,
}: TimedRow): Line => ({
  name: path,
  kind,
  shape: formatShape(shape),
  operations,
  traffic,
  bound: operations === null ? '?' : bound,
  predicted: predictedSeconds,
  measured: measuredSeconds,
});

/** Sums by kind, the slowest first: depthwise convolutions beside full ones. */
function byKind(rows: readonly TimedRow[]): readonly Line[] {
  const kinds = new Map<string, Line[]>();
  for (const row of rows) {
    if (row.traffic > 0) kinds.set(row.kind, [...(kinds.get(row.kind) ?? []), lineOf(row)]);
  }
  const sums = [...kinds].map(([kind, lines]) => {
    const bounds = new Set(lines.map(({ bound }) => bound));
    const measured = lines.every((line) => line.measured === null) ? null : totalOf(lines).measured;
    return {
      ...totalOf(lines),
      measured,
      name: kind,
      kind: lines.length === 1 ? '1 layer' : `${lines.length} layers`,
      bound: [...bounds].sort().join(' and '),
    };
  });
  return sums.sort((a, b) => (b.measured ?? 0) - (a.measured ?? 0));
}

function totalOf(lines: readonly Line[]): Line {
  const sum = (field: 'operations' | 'traffic' | 'predicted' | 'measured'): number =>
    lines.reduce((total, line) => total + (line[field] ?? 0), 0);
  return {
    name: 'total',
    kind: '',
    shape: '',
    operations: sum('operations'),
    traffic: sum('traffic'),
    bound: '',
    predicted: sum('predicted'),
    measured: sum('measured'),
  };
}

const columns = (total: number, per: View): readonly TableColumn<Line>[] => [
  { title: 'layer', text: ({ name }) => name },
  { title: 'kind', align: 'left', rank: 2, text: ({ kind }) => kind },
  ...(per === 'layer' ? [{ title: 'output', rank: 1, text: ({ shape }: Line) => shape }] : []),
  { title: 'ops', rank: 4, text: ({ operations }) => known(operations, formatCount) },
  { title: 'traffic', rank: 3, text: ({ traffic }) => formatBytes(traffic) },
  {
    title: 'ops/byte',
    rank: 6,
    text: ({ operations, traffic }) => known(operations, (value) => (value / traffic).toFixed(1)),
  },
  { title: 'bound', align: 'left', rank: 9, text: ({ bound }) => bound },
  { title: 'predicted', rank: 8, text: ({ predicted }) => known(predicted, milliseconds) },
  { title: 'measured', rank: 10, text: ({ measured }) => (measured === null ? '-' : milliseconds(measured)) },
  {
    title: 'share',
    rank: 5,
    text: ({ measured }) => (measured === null ? '-' : `${((100 * measured) / (total || 1)).toFixed(1)} %`),
  },
];

const known = (value: number | null, format: (value: number) => string): string =>
  value === null ? '?' : format(value);

const milliseconds = (seconds: number): string => `${(1000 * seconds).toFixed(seconds < 0.01 ? 3 : 1)} ms`;
