import { Builder, float32Tensor, type Graph, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import { type Backend, measureLayers } from '@convzoo/runtime';
import { detectArithmetic } from './detect.js';
import type { EngineOptions } from './engine.js';
import { inspectPlan, type PlannedLayer, type PlanReport } from './plan/inspect.js';

export interface PlanOptions extends EngineOptions {
  /** Pictures at once; 1 by default. */
  readonly batch?: number | undefined;
}

/** The plan that the engine would make for a network: kernel, shape, bytes and MACs of each layer. It needs no weights. */
export function planOf(graph: Graph, { arithmetic = detectArithmetic(), ...options }: PlanOptions = {}): PlanReport {
  return inspectPlan(graph, arithmetic, options);
}

/** What an engine reaches on this machine, in one layer of each kind. */
export interface EngineRates {
  /** Multiply-accumulates a second by kernel, as the definition counts them. */
  readonly macsPerSecond: Readonly<Record<string, number>>;
  /** Weights that are read once: a product of one row. */
  readonly weightBytesPerSecond: number;
  /** Maps of some 2 MB, read and written by a sum. */
  readonly activationBytesPerSecond: number;
}

/** Layers that are typical of each kernel: maps and weights that a second-level cache holds half of. */
function samples(): readonly Graph[] {
  const one = (
    [height, width, channels]: readonly [number, number, number],
    options: { readonly out: number; readonly kernel: number; readonly groups?: number; readonly stride?: number },
  ): Graph => {
    const nn = new Builder('sample');
    return nn.graph(nn.conv2d(nn.input([height, width, channels]), { name: 'layer', padding: 'same', ...options }));
  };
  return [
    one([27, 29, 192], { out: 192, kernel: 1 }),
    one([28, 28, 192], { out: 192, kernel: 1 }),
    one([32, 32, 128], { out: 128, kernel: 3 }),
    one([20, 20, 128], { out: 128, kernel: 3 }),
    one([28, 28, 128], { out: 128, kernel: 3, stride: 2 }),
    one([14, 14, 128], { out: 128, kernel: 3, stride: 2 }),
    one([112, 112, 3], { out: 32, kernel: 3, stride: 2 }),
    one([112, 112, 3], { out: 64, kernel: 7, stride: 2 }),
    one([28, 28, 192], { out: 192, kernel: 3, groups: 192 }),
    one([28, 28, 192], { out: 192, kernel: 5, groups: 192 }),
    one([28, 28, 192], { out: 192, kernel: 7, groups: 192 }),
  ];
}

/** Measures an engine by one layer of each kind, which takes some tens of milliseconds. */
export async function measureEngine(backend: Backend): Promise<EngineRates> {
  const macsPerSecond: Record<string, number> = {};
  for (const graph of samples()) {
    const [plan] = planOf(graph).layers;
    if (plan !== undefined) macsPerSecond[plan.kernel] = plan.macs / (await timeOf(backend, graph, 'layer'));
  }
  // F(2x2) multiplies 16 times for 4 results, F(4x4) 36 for 16.
  macsPerSecond['winograd2'] = (9 / 16) * (macsPerSecond['winograd4'] ?? 0);
  const rows = new Builder('rows');
  const dense = rows.graph(rows.dense(rows.input([1024]), { name: 'layer', units: 4096 }));
  const sums = new Builder('sums');
  const x = sums.input([56, 56, 64]);
  const sum = sums.graph(sums.add(sums.activation(x, 'sigmoid'), x, { name: 'layer' }));
  return {
    macsPerSecond,
    weightBytesPerSecond: (4 * 1024 * 4096) / (await timeOf(backend, dense, 'layer')),
    activationBytesPerSecond: (3 * 4 * 56 * 56 * 64) / (await timeOf(backend, sum, 'layer')),
  };
}

async function timeOf(backend: Backend, graph: Graph, path: string): Promise<number> {
  const params: Parameters = new Map(
    paramsOf(graph).map((spec) => [
      spec.path,
      float32Tensor(spec.shape, new Float32Array(sizeOf(spec.shape)).fill(1e-3)),
    ]),
  );
  await using session = await backend.prepare(graph, params);
  const shape = [1, ...(graph.nodes[0]?.shape ?? [])];
  const input = float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(0.5));
  const times = await measureLayers(session, input, { runs: 10 });
  // Zero where the clock is too coarse, as in pages.
  return Math.max(times.find((node) => node.path === path)?.seconds ?? 0, 1e-6);
}

/**
 * Seconds that a layer of a plan should take at these rates: the longer of its arithmetic, at the rate of its kernel, and the
 * reading of its weights, once for every `examples`; for a layer without MACs its traffic.
 */
export function predictSeconds(
  { kernel, op, macs, examples, ...bytes }: PlannedLayer,
  batch: number,
  rates: EngineRates,
): number {
  if (macs === 0) return bytes.activationBytes / rates.activationBytesPerSecond;
  const rate = rates.macsPerSecond[kernel] ?? rates.macsPerSecond['product'] ?? 1;
  const arithmetic = op === 'dense' && examples === 1 ? 0 : (batch * macs) / rate;
  return Math.max(arithmetic, ((batch / examples) * bytes.weightBytes) / rates.weightBytesPerSecond);
}
