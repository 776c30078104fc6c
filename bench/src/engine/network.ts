import {
  type Float32Tensor,
  float32Tensor,
  type Graph,
  inputOf,
  optimiseForInference,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';

/** A network with values for its parameters. */
export interface Network {
  readonly graph: Graph;
  readonly params: Parameters;
}

/** The networks that are compared. */
export const NETWORKS = ['mobilenet_v1', 'mobilenet_v2', 'resnet18', 'resnet50', 'vgg16'] as const;

/**
 * A network of the zoo with weights that every process makes alike, in Node and in a page: nothing is downloaded, and all
 * compute the same. Of a trained network's scale, so that results neither vanish nor overflow: denormals would be slow.
 */
export function seededNetwork(model: string): Network {
  const graph = buildModel(model);
  const next = seededNumbers(7);
  const params = new Map(
    paramsOf(graph).map(({ path, shape, role }) => {
      const fan = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
      if (role === 'kernel') return [path, filled(shape, Math.sqrt(6 / fan), 0, next)];
      return [path, filled(shape, 0.1, role === 'variance' || role === 'scale' ? 1 : 0, next)];
    }),
  );
  return { graph, params };
}

/** The same network as hand-written code has it: BatchNorm folded, activations fused. */
export function foldedNetwork(model: string): Network {
  const { graph, params } = seededNetwork(model);
  const rewrite = optimiseForInference({ ...graph, taps: {} });
  return { graph: rewrite.graph, params: rewrite.transform(params) };
}

/** Different pictures, `[batch, height, width, channels]`. */
export function seededInput(graph: Graph, batch: number): Float32Tensor {
  return filled([batch, ...inputOf(graph).shape], 1, 0, seededNumbers(11));
}

/** Numbers from -1 to 1. */
function seededNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

function filled(shape: readonly number[], scale: number, shift: number, next: () => number): Float32Tensor {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = shift + scale * next();
  return float32Tensor(shape, data);
}
