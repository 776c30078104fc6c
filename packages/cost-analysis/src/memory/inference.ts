import { type Graph, nodeAt, paramsOf, sizeOf } from '@convzoo/layers';
import { checkBatch } from '../batch.js';
import { bytesOf, type WeightType } from '../report.js';
import { allocatorOf, type InPlaceOp, timelineOf } from './allocation.js';
import { liveGraph } from './live.js';
import { bestSchedule } from './schedule.js';

export interface MemoryOptions {
  /** Examples at once, 1 by default. */
  readonly batch?: number | undefined;
  /** Type of weights and activations, float32 by default. */
  readonly dtype?: WeightType | undefined;
  /** Ops that may write over an input that nobody reads any more; none by default. */
  readonly inPlace?: readonly InPlaceOp[] | undefined;
}

/** Bytes of activations at the worst moment, and when that is. */
export interface ActivationPeak {
  readonly bytes: number;
  /** Path of the node that runs then. */
  readonly at: string;
}

export interface InferenceMemory {
  readonly batch: number;
  readonly dtype: WeightType;
  readonly inPlace: readonly InPlaceOp[];
  /** All weights, buffers included. */
  readonly weightBytes: number;
  /** In the graph's own order, which backends follow. */
  readonly given: ActivationPeak;
  /** In the best order there is, or the best found where `exact` is false. */
  readonly best: ActivationPeak & { readonly exact: boolean; readonly order: readonly string[] };
  /** Weights and the best peak of activations: what the network cannot do without. */
  readonly peakBytes: number;
  /** Bytes of activations in use while each node runs, in the graph's own order. */
  readonly during: readonly { readonly path: string; readonly bytes: number }[];
}

/**
 * Memory of one forward pass: every result lives from when it is computed until its last reader has run; the input counts,
 * flatten and dropout need none, scratch memory of kernels (im2col, packed weights) is the backend's and is not counted.
 * Nodes that the output does not need are left out.
 *
 * For a graph whose norms are folded and whose activations are fused, as backends run it, give
 * `optimiseForInference(graph).graph`.
 */
export function inferenceMemory(graph: Graph, options: MemoryOptions = {}): InferenceMemory {
  const { dtype = 'float32', inPlace = [] } = options;
  const batch = checkBatch(options.batch ?? 1);
  const bytes = batch * bytesOf[dtype];
  const live = liveGraph(graph);
  const allocator = allocatorOf(live, inPlace);
  const given = live.nodes.map(({ id }) => id);
  const { during, peak } = timelineOf(allocator, given);
  const best = bestSchedule(live, allocator);
  const pathOf = (id: number | undefined): string => nodeAt(live, id ?? live.output).path;
  const bestDuring = timelineOf(allocator, best.order);
  const weightBytes = bytesOf[dtype] * paramsOf(live).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    batch,
    dtype,
    inPlace,
    weightBytes,
    given: { bytes: bytes * peak, at: pathOf(given[during.indexOf(peak)]) },
    best: {
      bytes: bytes * best.peak,
      at: pathOf(best.order[bestDuring.during.indexOf(bestDuring.peak)]),
      exact: best.exact,
      order: best.order.map(pathOf),
    },
    peakBytes: weightBytes + bytes * best.peak,
    during: given.map((id, i) => ({ path: pathOf(id), bytes: bytes * (during[i] ?? 0) })),
  };
}
