import { type AnyNode, isMapShape, nodeAt, type OpName, type ParamRole, paramOf } from '@convzoo/layers';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { avgPoolGeometry, convGeometry, poolGeometry } from '../kernels/geometry.js';
import { adaptiveAvgPool, averagingMatrices } from './adaptive-pool.js';
import { runCustom } from './custom.js';
import { type CompileContext, type Compiler, only, onlyMap, type Step } from './step.js';

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
    const epilogue = { bias: weightOf<Tensor1D>(context, 'bias'), activation: context.node.attributes.activation };
    return (inputs) => context.kernels.conv2d(onlyMap(inputs), filter, geometry, epilogue);
  },
  dense: (context) => {
    const kernel = required<Tensor2D>(context, 'kernel');
    const epilogue = { bias: weightOf<Tensor1D>(context, 'bias'), activation: context.node.attributes.activation };
    return (inputs) => context.kernels.dense(only(inputs) as Tensor2D, kernel, epilogue);
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
    return ([x, y]) => {
      const sum = tf.add(only(x === undefined ? [] : [x]), only(y === undefined ? [] : [y]));
      if (activation === 'linear') return sum;
      const result = kernels.activation(sum, activation);
      sum.dispose();
      return result;
    };
  },
  maxPool: ({ graph, node, kernels }) => {
    const geometry = poolGeometry(graph, node);
    return (inputs) => kernels.maxPool(onlyMap(inputs), geometry);
  },
  avgPool: ({ graph, node, kernels }) => {
    const geometry = avgPoolGeometry(graph, node);
    return (inputs) => kernels.avgPool(onlyMap(inputs), geometry);
  },
  globalAvgPool: () => (inputs) => tf.mean(only(inputs), [1, 2]),
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
