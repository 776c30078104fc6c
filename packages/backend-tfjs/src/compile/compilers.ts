import { type AnyNode, isMapShape, nodeAt, type OpName, type ParamRole, paramOf } from '@convzoo/layers';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { replaceBy } from '../kernels/activations.js';
import { avgPoolGeometry, convGeometry, poolGeometry } from '../kernels/geometry.js';
import { convolveParts, groupsTogether, isGrouped, splitGroups } from '../kernels/grouped.js';
import { adaptiveAvgPool, averagingMatrices } from './adaptive-pool.js';
import { channelShuffle, overPixels, perChannel, sliceChannels } from './channels.js';
import { runCustom } from './custom.js';
import { layerNorm } from './layer-norm.js';
import { type CompileContext, type Compiler, only, onlyMap, type Step, two } from './step.js';

function weightOf<T extends Tensor>({ node, weight }: CompileContext, role: ParamRole): T | undefined {
  const spec = paramOf(node, role);
  return spec === undefined ? undefined : (weight(spec) as T);
}

/** A parameter that the op's own rule says is there. */
function required<T extends Tensor>(context: CompileContext, role: ParamRole): T {
  const tensor = weightOf<T>(context, role);
  if (tensor === undefined) throw new RangeError(`${context.node.path} has no ${role}`);
  return tensor;
}

/** How every op kind is computed at inference. */
const compilers: { readonly [K in OpName]: Compiler<K> } = {
  input: () => (inputs) => tf.clone(only(inputs)),
  conv2d: (context) => {
    const geometry = convGeometry(context.graph, context.node);
    const filter = required<Tensor4D>(context, 'kernel');
    const bias = weightOf<Tensor1D>(context, 'bias');
    const { activation } = context.node.attributes;
    const { conv2d } = context.kernels;
    if (!isGrouped(geometry)) return (inputs) => conv2d(onlyMap(inputs), filter, geometry, { bias, activation });
    // Cut once, so that no run has to, and so that tfjs-wasm keeps the filters that it packs.
    const parts = splitGroups(filter, bias, geometry, groupsTogether(geometry));
    for (const part of parts) {
      context.keep(part.filter);
      if (part.bias !== undefined) context.keep(part.bias);
    }
    return (inputs) => convolveParts(onlyMap(inputs), parts, geometry, activation, conv2d);
  },
  dense: (context) => {
    const kernel = required<Tensor2D>(context, 'kernel');
    const epilogue = { bias: weightOf<Tensor1D>(context, 'bias'), activation: context.node.attributes.activation };
    return (inputs) => overPixels(only(inputs), (x) => context.kernels.dense(x, kernel, epilogue));
  },
  batchNorm: (context) => {
    const mean = required<Tensor1D>(context, 'mean');
    const variance = required<Tensor1D>(context, 'variance');
    const scale = weightOf<Tensor1D>(context, 'scale') ?? context.keep(tf.onesLike(mean));
    const shift = weightOf<Tensor1D>(context, 'shift') ?? context.keep(tf.zerosLike(mean));
    const { eps } = context.node.attributes;
    return (inputs) => context.kernels.batchNorm(only(inputs), { scale, shift, mean, variance }, eps);
  },
  activation:
    ({ kernels, node }) =>
    (inputs) =>
      kernels.activation(only(inputs), node.attributes.function),
  add: ({ kernels, node }) => {
    const { activation } = node.attributes;
    return (inputs) => {
      const sum = tf.add(...two(inputs));
      return activation === 'linear' ? sum : replaceBy(sum, (x) => kernels.activation(x, activation));
    };
  },
  leakyRelu:
    ({ node }) =>
    (inputs) =>
      tf.leakyRelu(only(inputs), node.attributes.slope),
  multiply: () => (inputs) => {
    const [x, y] = two(inputs);
    const factor = perChannel(y, x);
    const product = tf.mul(x, factor);
    factor.dispose();
    return product;
  },
  concat: () => (inputs) => tf.concat([...inputs], -1),
  layerNorm: (context) => {
    const params = { scale: weightOf<Tensor1D>(context, 'scale'), shift: weightOf<Tensor1D>(context, 'shift') };
    const { eps } = context.node.attributes;
    return (inputs) => layerNorm(only(inputs), params, eps);
  },
  layerScale: (context) => {
    const scale = required<Tensor1D>(context, 'scale');
    return (inputs) => tf.mul(only(inputs), scale);
  },
  rescale: ({ node, keep }) => {
    const scale = keep(tf.tensor1d([...node.attributes.scale]));
    const offset = keep(tf.tensor1d([...node.attributes.offset]));
    return (inputs) => replaceBy(tf.mul(only(inputs), scale), (x) => tf.add(x, offset));
  },
  sliceChannels: ({ node }) => {
    const { start, size } = node.attributes;
    return (inputs) => sliceChannels(only(inputs), start, size);
  },
  channelShuffle: ({ node }) => {
    const { groups } = node.attributes;
    return (inputs) => channelShuffle(only(inputs), groups);
  },
  maxPool: ({ graph, node, kernels }) => {
    const geometry = poolGeometry(graph, node);
    return (inputs) => kernels.maxPool(onlyMap(inputs), geometry);
  },
  avgPool: ({ graph, node, kernels }) => {
    const geometry = avgPoolGeometry(graph, node);
    return (inputs) => kernels.avgPool(onlyMap(inputs), geometry);
  },
  globalAvgPool:
    ({ kernels }) =>
    (inputs) =>
      kernels.globalAvgPool(onlyMap(inputs)),
  adaptiveAvgPool: (context) => {
    const { shape } = nodeAt(context.graph, context.node.inputs[0] ?? -1);
    const { size } = context.node.attributes;
    if (!isMapShape(shape)) throw new RangeError(`${context.node.path} pools a map`);
    if (shape[0] === size[0] && shape[1] === size[1]) return (inputs) => tf.clone(only(inputs));
    const matrices = averagingMatrices(shape, size);
    context.keep(matrices.rows);
    context.keep(matrices.columns);
    return (inputs) => adaptiveAvgPool(onlyMap(inputs), matrices);
  },
  zeroPad: ({ node }) => {
    const {
      spatial: [top, right, bottom, left],
      channels: [before, after],
    } = node.attributes;
    return (inputs) =>
      tf.pad(only(inputs), [
        [0, 0],
        [top, bottom],
        [left, right],
        [before, after],
      ]);
  },
  flatten: () => (inputs) => {
    const x = only(inputs);
    return tf.reshape(x, [x.shape[0] ?? 1, -1]);
  },
  dropout: () => (inputs) => tf.clone(only(inputs)),
  custom: (context) => {
    const params = context.node.params.map((spec) => context.weight(spec));
    return (inputs) => runCustom(context.node, inputs, params);
  },
};

/** Compiles a node of any kind. */
export function compileNode(node: AnyNode, shared: Omit<CompileContext, 'node'>): Step {
  // The table pairs each op name with a compiler for its node; TypeScript cannot follow that through the union.
  const compile = compilers[node.op] as Compiler<OpName>;
  return compile({ ...shared, node });
}
