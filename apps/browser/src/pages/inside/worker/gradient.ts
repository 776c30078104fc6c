import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { type GradientOf, withGradientTap } from '@convzoo/interpret';
import type { Float32Tensor, Graph, Parameters } from '@convzoo/layers';
import type { ComputeContext } from '../../../compute/context.js';
import { AppError } from '../../../errors/app-error.js';

/**
 * The gradient of a logit with respect to a layer's result, by a backward pass in tfjs: XNNPACK in WebAssembly, or plain
 * JavaScript where that does not start. Both are fetched when they are first needed.
 *
 * @param graph the network up to its logits
 */
export function gradientBy(
  context: ComputeContext,
  graph: Graph,
  params: Parameters,
  input: Float32Tensor,
): GradientOf {
  return async (layer, outputIndex) => {
    const [backend, { outputGradient }] = await Promise.all([differentiating(context), import('@convzoo/training')]);
    const tap = withGradientTap(graph, params, layer);
    return context.exclusively(() =>
      outputGradient({ backend, graph: tap.graph, params: tap.params, input, outputIndex, param: tap.path }),
    );
  };
}

async function differentiating({ backends }: ComputeContext): Promise<TfjsBackend> {
  const { TfjsBackend } = await import('@convzoo/backend-tfjs');
  for (const backend of ['wasm', 'cpu'] as const) {
    const loaded = await backends.load({ backend, threads: 1 }).catch(() => undefined);
    if (loaded?.backend instanceof TfjsBackend) return loaded.backend;
  }
  throw new AppError('backend-unavailable', 'A gradient needs tfjs, and neither its wasm nor its cpu backend started.');
}
