import {
  type CustomOp,
  copyAny,
  defineOp,
  type Float32Tensor,
  float32Tensor,
  type Graph,
  type Parameters,
  type ParamSpec,
  rewriteGraph,
  sizeOf,
  violation,
} from '@convzoo/layers';
import { mapLayer } from './map-layers.js';

export interface GradientTap {
  /** The network without dropout, with a parameter added to the layer's result. */
  readonly graph: Graph;
  /** The parameters with that one, all zeros, so that the network computes what it did. */
  readonly params: Parameters;
  /** Path of the parameter. Its gradient, for one picture, is that with respect to the layer's result. */
  readonly path: string;
}

/**
 * Makes a layer's gradient that of a parameter, for what differentiates by parameters alone. Train that one and no other,
 * so that norms keep their running statistics.
 *
 * @throws InterpretError `not-a-map`
 */
export function withGradientTap(graph: Graph, params: Parameters, layer: string): GradientTap {
  const target = mapLayer(graph, layer);
  const path = `${target.path}.gradient-tap`;
  const offset: ParamSpec = { path: `${path}.offset`, role: 'shift', shape: target.shape };
  const tapped = rewriteGraph(graph, (node, inputs, builder) => {
    const [input] = inputs;
    const copy = node.op === 'dropout' && input !== undefined ? input : copyAny(node, inputs, builder);
    if (node.id !== target.id) return copy;
    return builder.node('custom', {
      path,
      attributes: { definition: addOffset, values: {} },
      inputs: [copy],
      params: [offset],
    });
  });
  const zeros = float32Tensor(offset.shape, new Float32Array(sizeOf(offset.shape)));
  return { graph: tapped, params: new Map([...params, [offset.path, zeros]]), path: offset.path };
}

/** x + offset, the offset the same for every example of the batch. */
const addOffset: CustomOp = defineOp({
  name: 'addOffset',
  shape: ({ inputs: [x] }) => x ?? violation('needs an input'),
  macs: () => 0,
  compute([x], [offset]) {
    const { length } = present(offset).data;
    return float32Tensor(
      present(x).shape,
      present(x).data.map((value, i) => value + (present(offset).data[i % length] ?? 0)),
    );
  },
  gradient(dy, _, [offset]) {
    const sum = new Float32Array(present(offset).data.length);
    for (let i = 0; i < dy.data.length; i++) {
      sum[i % sum.length] = (sum[i % sum.length] ?? 0) + (dy.data[i] ?? 0);
    }
    return { inputs: [dy], params: [float32Tensor(present(offset).shape, sum)] };
  },
});

function present(tensor: Float32Tensor | undefined): Float32Tensor {
  if (tensor === undefined) throw new RangeError('addOffset needs an input and a parameter');
  return tensor;
}
