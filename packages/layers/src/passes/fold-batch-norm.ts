import { derivedTensor } from '../derived.js';
import { ConvzooError } from '../errors.js';
import { consumersOf, type Graph, type Node, nodeAt, type ParamSpec, paramOf } from '../graph.js';
import { channelsOf } from '../shape.js';
import { type Float32Tensor, float32Tensor, type Parameters } from '../tensor.js';
import { copyAny, copyNode, type Rewrite, rewriteGraph } from './rewrite.js';

interface Fold {
  readonly kernel: ParamSpec;
  readonly bias: ParamSpec | undefined;
  readonly norm: Node<'batchNorm'>;
  readonly foldedKernel: ParamSpec;
  readonly foldedBias: ParamSpec;
}

/**
 * Folds each BatchNorm into the convolution or dense layer before it, where nothing else reads that layer's result:
 * with g = scale / sqrt(variance + eps) the kernel becomes g * kernel and the bias g * (bias - mean) + shift. Exact at
 * inference up to rounding; computed in float64 and rounded once.
 */
export function foldBatchNorm(graph: Graph): Rewrite {
  const consumers = consumersOf(graph);
  const kept = new Set([graph.output, ...Object.values(graph.taps)]);
  const uses = new Map<string, number>();
  for (const node of graph.nodes) for (const { path } of node.params) uses.set(path, (uses.get(path) ?? 0) + 1);
  const isShared = (node: Node): boolean => node.params.some(({ path }) => (uses.get(path) ?? 0) > 1);
  const folds = new Map<number, Fold>();
  const absorbed = new Set<number>();
  for (const norm of graph.nodes) {
    if (norm.op !== 'batchNorm') continue;
    const layer = nodeAt(graph, norm.inputs[0] ?? -1);
    if (layer.op !== 'conv2d' && layer.op !== 'dense') continue;
    if (layer.attributes.activation !== 'linear' || kept.has(layer.id) || consumers[layer.id]?.length !== 1) continue;
    const kernel = paramOf(layer, 'kernel');
    // What another node reads too must keep its value.
    if (kernel === undefined || isShared(layer) || isShared(norm)) continue;
    folds.set(layer.id, {
      kernel,
      bias: paramOf(layer, 'bias'),
      norm,
      foldedKernel: { ...kernel, path: `${kernel.path}:folded` },
      foldedBias: { path: `${layer.path}.bias:folded`, role: 'bias', shape: [channelsOf(kernel.shape)] },
    });
    absorbed.add(norm.id);
  }
  const folded = rewriteGraph(graph, (node, inputs, builder) => {
    const fold = folds.get(node.id);
    if (fold !== undefined && (node.op === 'conv2d' || node.op === 'dense')) {
      return copyNode<'conv2d' | 'dense'>(builder, node, inputs, { params: [fold.foldedKernel, fold.foldedBias] });
    }
    const [input] = inputs;
    return absorbed.has(node.id) && input !== undefined ? input : copyAny(node, inputs, builder);
  });
  return { graph: folded, transform: (params) => foldParameters([...folds.values()], params) };
}

function foldParameters(folds: readonly Fold[], params: Parameters): Parameters {
  const result = new Map(params);
  const tensorOf = (spec: ParamSpec): Float32Tensor => {
    const tensor = params.get(spec.path);
    if (tensor !== undefined) return tensor;
    throw new ConvzooError(
      'missing-parameter',
      `Parameter ${spec.path} has no value; bind the network's weights first.`,
    );
  };
  const values = (spec: ParamSpec | undefined): Float32Array | undefined =>
    spec === undefined ? undefined : tensorOf(spec).data;
  for (const { kernel, bias, norm, foldedKernel, foldedBias } of folds) {
    const channels = channelsOf(kernel.shape);
    const oldBias = values(bias);
    const scale = values(paramOf(norm, 'scale'));
    const shift = values(paramOf(norm, 'shift'));
    const mean = values(paramOf(norm, 'mean'));
    const variance = values(paramOf(norm, 'variance'));
    const gains = new Float64Array(channels);
    const newBias = new Float32Array(channels);
    for (let c = 0; c < channels; c++) {
      const gain = (scale?.[c] ?? 1) / Math.sqrt((variance?.[c] ?? 1) + norm.attributes.eps);
      gains[c] = gain;
      newBias[c] = gain * ((oldBias?.[c] ?? 0) - (mean?.[c] ?? 0)) + (shift?.[c] ?? 0);
    }
    for (const spec of [kernel, bias, ...norm.params]) if (spec !== undefined) result.delete(spec.path);
    // Made when it is asked for, kernel by kernel: all at once would be the network's weights a second time.
    const scaled = { kind: 'scaled', values: tensorOf(kernel), factors: gains } as const;
    result.set(foldedKernel.path, derivedTensor(kernel.shape, scaled));
    result.set(foldedBias.path, float32Tensor(foldedBias.shape, newBias));
  }
  return result;
}
