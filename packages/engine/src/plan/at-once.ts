import { type Graph, nodeAt } from '@convzoo/layers';
import { bytesOf, layoutOf } from './value.js';

/** What a layer's maps may take, input and output together: a part of a last-level cache, which weights need as well. */
const CACHED_BYTES = 16_000_000;

/**
 * How many examples of a batch are computed at once; the rest comes after them. More at once read weights less often, but maps that
 * no cache holds cost more than that. A divisor of the batch, so that one plan serves all parts.
 */
export function examplesAtOnce(graph: Graph, batch: number): number {
  const each = Math.max(
    ...graph.nodes.map(({ inputs, shape }) => {
      const read = inputs.reduce((sum, id) => sum + bytesOf(layoutOf(nodeAt(graph, id).shape), 1), 0);
      return read + bytesOf(layoutOf(shape), 1);
    }),
  );
  for (let count = Math.min(batch, Math.max(1, Math.floor(CACHED_BYTES / each))); count > 1; count--) {
    if (batch % count === 0) return count;
  }
  return 1;
}
