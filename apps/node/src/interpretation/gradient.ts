import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { type GradientOf, withGradientTap } from '@convzoo/interpret';
import type { Float32Tensor, Graph, Parameters } from '@convzoo/layers';

/**
 * The gradient of a logit with respect to a layer's result for one picture, by `training`: forward with frozen norms,
 * backward as far as the layer.
 *
 * @param graph the network up to its logits
 * @param backendOf asked only when a gradient is
 */
export function gradientBy(
  backendOf: () => Promise<TfjsBackend>,
  graph: Graph,
  params: Parameters,
  input: Float32Tensor,
): GradientOf {
  return async (layer, outputIndex) => {
    const [backend, { outputGradient }] = await Promise.all([backendOf(), import('@convzoo/training')]);
    const tap = withGradientTap(graph, params, layer);
    return outputGradient({ backend, graph: tap.graph, params: tap.params, input, outputIndex, param: tap.path });
  };
}
