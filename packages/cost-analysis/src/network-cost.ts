import { type Graph, inputOf, optimiseForInference, type Shape } from '@convzoo/layers';
import { analyse } from './analyse.js';
import type { Convention } from './conventions/convention.js';
import type { ConventionName } from './conventions/index.js';
import { inferenceMemory } from './memory/index.js';

/** What networks are compared by: for one example in float32. */
export interface NetworkCost {
  /** Shape of one example. */
  readonly input: Shape;
  readonly params: number;
  readonly macs: number;
  readonly activations: number;
  /** Bytes of the weights as they are stored. */
  readonly weightBytes: number;
  /** Bytes of weights and activations at their peak, norms folded, in the best order. */
  readonly memory: number;
}

/**
 * The few numbers of a network that comparisons are about.
 *
 * @throws ConvzooError as `analyse`
 */
export function networkCost(
  graph: Graph,
  options: { readonly convention?: ConventionName | Convention | undefined } = {},
): NetworkCost {
  const { total } = analyse(graph, options);
  return {
    input: inputOf(graph).shape,
    params: total.params,
    macs: total.macs,
    activations: total.activations,
    weightBytes: total.weightBytes,
    memory: inferenceMemory(optimiseForInference(graph).graph).peakBytes,
  };
}
