import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { type GradientOf, withGradientTap } from '@convzoo/interpret';
import {
  type Float32Tensor,
  float32Tensor,
  type Graph,
  outputOf,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';

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
  return async (layer, classIndex) => {
    const backend = await backendOf();
    const [{ DifferentiableGraph }, { fromHost, toHost }] = await Promise.all([
      import('@convzoo/training'),
      import('@convzoo/backend-tfjs'),
    ]);
    const tap = withGradientTap(graph, params, layer);
    const network = new DifferentiableGraph(tap.graph, backend, { trained: ({ path }) => path === tap.path });
    const uploaded = paramsOf(tap.graph).flatMap(({ path }) => {
      const value = tap.params.get(path);
      return value === undefined ? [] : [[path, fromHost(value)] as const];
    });
    const x = fromHost(input);
    const { shape } = outputOf(graph);
    const oneHot = fromHost(
      float32Tensor([1, ...shape], new Float32Array(sizeOf(shape)).fill(1, classIndex, classIndex + 1)),
    );
    const tape = network.forward(x, new Map(uploaded), 0);
    try {
      const gradient = tape.backward(oneHot).get(tap.path);
      if (gradient === undefined) throw new RangeError(`${layer} has no gradient`);
      const result = toHost(gradient);
      gradient.dispose();
      return float32Tensor(result.shape, Float32Array.from(result.data));
    } finally {
      tape.dispose();
      network.dispose();
      for (const tensor of [x, oneHot, ...uploaded.map(([, value]) => value)]) tensor.dispose();
    }
  };
}
