import type { Graph, Shape } from '@convzoo/layers';
import { analyse } from './analyse.js';

/** What a machine does at best, measured or from its data sheet. */
export interface MachinePeaks {
  /** Floating point operations a second, 2 for each multiply-accumulate. */
  readonly flopsPerSecond: number;
  /** Bytes a second to and from memory. */
  readonly bytesPerSecond: number;
}

export interface RooflineOptions {
  /** Examples at once, 1 by default. */
  readonly batch?: number | undefined;
}

export interface RooflineRow {
  readonly path: string;
  readonly kind: string;
  readonly shape: Shape;
  /** For the whole batch: 2 for each MAC, and the elementwise work; `null` where the op has no rule. */
  readonly operations: number | null;
  /** Bytes read and written, as in a `CostRow`. */
  readonly traffic: number;
  /** Operations a byte. */
  readonly intensity: number | null;
  /** What limits it: below the ridge the memory, above it the arithmetic; `none` for what does nothing. */
  readonly bound: 'compute' | 'memory' | 'none';
  /** The longer of the times that arithmetic and memory need at their peaks. */
  readonly predictedSeconds: number | null;
}

export interface Roofline {
  readonly peaks: MachinePeaks;
  readonly batch: number;
  /** Operations a byte above which arithmetic limits: the ridge of the roof. */
  readonly ridge: number;
  readonly predictedSeconds: number;
  readonly rows: readonly RooflineRow[];
}

/**
 * The roofline model (Williams, Waterman and Patterson, CACM 2009): no layer is faster than its arithmetic at the machine's
 * peak, nor than its memory traffic at the machine's bandwidth. Traffic is that of float32 values that no cache keeps from
 * one node to the next; a network whose maps stay in the cache can beat the prediction of a layer that is bound by memory.
 *
 * @param graph as it is executed: a backend runs `optimiseForInference(graph).graph`
 */
export function roofline(graph: Graph, peaks: MachinePeaks, { batch = 1 }: RooflineOptions = {}): Roofline {
  const ridge = peaks.flopsPerSecond / peaks.bytesPerSecond;
  const rows = analyse(graph, { batch }).rows.map(({ path, kind, shape, flops, elementwise, traffic, intensity }) => {
    const operations = flops === null || elementwise === null ? null : batch * (flops + elementwise);
    const [compute, memory] = [(operations ?? 0) / peaks.flopsPerSecond, traffic / peaks.bytesPerSecond];
    const bound: RooflineRow['bound'] = traffic === 0 ? 'none' : compute > memory ? 'compute' : 'memory';
    const predictedSeconds = operations === null ? null : Math.max(compute, memory);
    return { path, kind, shape, operations, traffic, intensity, bound, predictedSeconds };
  });
  const predictedSeconds = rows.reduce((sum, row) => sum + (row.predictedSeconds ?? 0), 0);
  return { peaks, batch, ridge, predictedSeconds, rows };
}
