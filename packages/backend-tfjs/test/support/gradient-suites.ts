import { type Node, nodeAt } from '@convzoo/layers';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type * as fc from 'fast-check';
import { expect } from 'vitest';
import {
  activationGradientReads,
  adaptiveAvgPoolGradient,
  averagingMatrices,
  avgPoolGeometry,
  convGeometry,
  type Kernels,
  poolGeometry,
  type TfjsBackend,
} from '../../src/index.js';
import { arbitraries } from './arbitrary.js';
import { error, filled, type Ref, refOf } from './arrays.js';
import { type Case, cases, opOf, single } from './cases.js';
import { convGradients, maxPoolGradient, meanGradient, normTraining, numericGradient } from './reference/gradients.js';
import { activations, referenceNode } from './reference/ops.js';

const tensorOf = ({ shape, data }: Ref): Tensor => tf.tensor(Float32Array.from(data), [...shape], 'float32');
const random = (shape: readonly number[], seed: number): Ref => refOf(filled(shape, seed));

/** Distinct values in random order: no two elements of a window are equal. */
function distinct(shape: readonly number[], seed: number): Ref {
  const { data } = random(shape, seed);
  const order = [...data.keys()].sort((a, b) => data[a]! - data[b]!);
  order.forEach((index, rank) => {
    data[index] = (rank - (data.length >> 1)) / 8;
  });
  return { shape, data };
}

/** Few different values, as after a ReLU: most windows have several largest elements. */
const tied = (shape: readonly number[], seed: number): Ref => {
  const values = random(shape, seed);
  return { shape, data: values.data.map((v) => Math.max(0, Math.round(v * 2))) };
};

/** Runs kernels, compares each result with its reference, and sees that they leave no other tensor behind. */
async function compare(
  backend: TfjsBackend,
  inputs: readonly Ref[],
  run: (...tensors: Tensor[]) => readonly Tensor[],
  expected: readonly Ref[],
): Promise<void> {
  const results = await backend.run(() => {
    const tensors = inputs.map(tensorOf);
    const before = tf.memory().numTensors;
    const made = run(...tensors);
    expect(tf.memory().numTensors - before, 'tensors left behind').toBe(made.length);
    const values = made.map((tensor) => ({ shape: tensor.shape, data: tensor.dataSync<'float32'>() }));
    tf.dispose([...tensors, ...made]);
    return values;
  });
  expected.forEach((reference, i) => {
    expect(results[i]!.shape).toEqual(reference.shape);
    expect(error(results[i]!.data, reference.data), `result ${i}`).toBeLessThan(1e-5);
  });
}

type GradientCheck = (backend: TfjsBackend, example: Case) => Promise<void>;

const nodeOf = <K extends 'conv2d' | 'maxPool' | 'avgPool' | 'adaptiveAvgPool'>({ graph }: Case, op: K): Node<K> => {
  const node = nodeAt(graph, graph.output);
  expect(node.op).toBe(op);
  return node as unknown as Node<K>;
};

/** The convolution of a case without its bias and activation, which have gradients of their own. */
function productOf(example: Case): { readonly node: Node<'conv2d'>; readonly graph: Case['graph'] } {
  const nodes = example.graph.nodes.map((node) =>
    node.op === 'conv2d'
      ? { ...node, attributes: { ...node.attributes, activation: 'linear' as const }, params: node.params.slice(0, 1) }
      : node,
  );
  const graph = { ...example.graph, nodes, output: nodes.findIndex(({ op }) => op === 'conv2d') };
  return { graph, node: nodes[graph.output] as Node<'conv2d'> };
}

const convolution: GradientCheck = async (backend, example) => {
  const { graph, node } = productOf(example);
  const geometry = convGeometry(graph, node);
  const x = random([example.batch, ...geometry.input], 1);
  const kernel = random(geometry.filter, 2);
  const dy = random([example.batch, ...geometry.output], 3);
  const gradients = convGradients(node, x, kernel, dy);
  const forward = referenceNode(node, [x], new Map(node.params.map(({ path }) => [path, kernel])));
  await compare(
    backend,
    [x, kernel, dy],
    (tx, tk, td) => [
      backend.kernels.conv2dInputGradient(td as Tensor4D, tk as Tensor4D, geometry),
      backend.kernels.conv2dFilterGradient(tx as Tensor4D, td as Tensor4D, geometry),
      // The way that training takes: a session cuts grouped filters when it is prepared.
      backend.kernels.conv2d(tx as Tensor4D, tk as Tensor4D, geometry, { activation: 'linear' }),
    ],
    [gradients.input, gradients.kernel, forward],
  );
};

const maxPooling =
  (values: (shape: readonly number[], seed: number) => Ref): GradientCheck =>
  async (backend, example) => {
    const node = nodeOf(example, 'maxPool');
    const geometry = poolGeometry(example.graph, node);
    const x = values([example.batch, ...geometry.input], 1);
    const dy = random([example.batch, ...geometry.output], 2);
    await compare(
      backend,
      [x, dy],
      (tx, td) => {
        const y = backend.kernels.maxPool(tx as Tensor4D, geometry);
        const dx = backend.kernels.maxPoolGradient(td as Tensor4D, tx as Tensor4D, y, geometry);
        y.dispose();
        return [dx];
      },
      [maxPoolGradient(node, x, dy)],
    );
  };

const avgPooling: GradientCheck = async (backend, example) => {
  const node = nodeOf(example, 'avgPool');
  const geometry = avgPoolGeometry(example.graph, node);
  const dy = random([example.batch, ...geometry.output], 2);
  await compare(backend, [dy], (td) => [backend.kernels.avgPoolGradient(td as Tensor4D, geometry)], [
    meanGradient(node, [example.batch, ...geometry.input], dy),
  ]);
};

const adaptivePooling: GradientCheck = async (backend, example) => {
  const node = nodeOf(example, 'adaptiveAvgPool');
  const [height = 1, width = 1, channels = 1] = example.graph.nodes[0]!.shape;
  const dy = random([example.batch, ...node.shape], 2);
  await compare(
    backend,
    [dy],
    (td) => {
      const matrices = averagingMatrices([height, width, channels], node.attributes.size);
      const dx = adaptiveAvgPoolGradient(td as Tensor4D, matrices);
      tf.dispose([matrices.rows, matrices.columns]);
      return [dx];
    },
    [meanGradient(node, [example.batch, height, width, channels], dy)],
  );
};

const EPS = 1e-3;

const normalisation =
  (momentum: number): GradientCheck =>
  async (backend, { graph, batch }) => {
    const shape = [batch, ...graph.nodes[0]!.shape];
    const channels = shape.at(-1)!;
    const [x, dy] = [random(shape, 1), random(shape, 2)];
    const [scale, shift, mean] = [3, 4, 5].map((seed) => random([channels], seed)) as [Ref, Ref, Ref];
    const variance = { ...mean, data: mean.data.map((v) => v + 1.5) };
    const forward = normTraining(x, scale, shift, EPS);
    const blend = (old: Ref, now: Float64Array): Ref => ({
      ...old,
      data: old.data.map((v, c) => (1 - momentum) * v + momentum * now[c]!),
    });
    const gradient = (at: Ref, f: (at: Ref) => Ref): Ref => numericGradient(f, at, dy);
    await compare(
      backend,
      [x, scale, shift, mean, variance, dy],
      (tx, ts, tb, tm, tv, td) => {
        const norm = { scale: ts, shift: tb, mean: tm, variance: tv } as Record<keyof typeof names, Tensor1D>;
        const result = backend.kernels.batchNormTraining(tx!, norm, EPS, momentum);
        const gradients = backend.kernels.batchNormGradient(td!, tx!, norm.scale, result.saved, EPS);
        tf.dispose([...result.saved]);
        return [result.y, result.mean, result.variance, gradients.x, gradients.scale, gradients.shift];
      },
      [
        forward.y,
        blend(mean, forward.mean),
        blend(variance, forward.unbiased),
        gradient(x, (at) => normTraining(at, scale, shift, EPS).y),
        gradient(scale, (at) => normTraining(x, at, shift, EPS).y),
        gradient(shift, (at) => normTraining(x, scale, at, EPS).y),
      ],
    );
  };
const names = { scale: 0, shift: 0, mean: 0, variance: 0 };

const activation: GradientCheck = async (backend, example) => {
  const node = opOf(example) as Node<'activation'>;
  const fn = node.attributes.function;
  const shape = [example.batch, ...node.shape];
  // Half of a step away from 0, 3 and 6, where the derivatives jump.
  const x = distinct(shape, 1);
  x.data.forEach((v, i) => {
    x.data[i] = v + 1 / 16;
  });
  const dy = random(shape, 2);
  const forward = (at: Ref): Ref => ({ shape, data: at.data.map(activations[fn]) });
  const seen = activationGradientReads[fn] === 'x' ? x : forward(x);
  await compare(backend, [seen, dy], (ts, td) => [backend.kernels.activationGradient(td!, ts!, fn)], [
    numericGradient(forward, x, dy),
  ]);
};

const bias: GradientCheck = async (backend, { graph, batch }) => {
  const shape = [batch, ...graph.nodes[0]!.shape];
  const dy = random(shape, 1);
  const channels = shape.at(-1)!;
  const data = new Float64Array(channels);
  dy.data.forEach((v, i) => {
    data[i % channels]! += v;
  });
  await compare(backend, [dy], (td) => [backend.kernels.biasGradient(td!)], [{ shape: [channels], data }]);
};

export interface GradientSuite {
  readonly title: string;
  readonly check: GradientCheck;
  readonly cases: readonly Case[];
  readonly arbitrary: fc.Arbitrary<Case>;
}

const convolutions: GradientSuite = {
  title: 'conv2dInputGradient, conv2dFilterGradient',
  check: convolution,
  cases: cases.conv2d,
  arbitrary: arbitraries.conv2d,
};
const norms: GradientSuite = {
  title: 'batchNormTraining, batchNormGradient',
  check: normalisation(0.1),
  // A batch of one value a channel has no spread: its gradient of x is 0.
  cases: [...cases.batchNorm, single([1, 1, 3], (nn, x) => nn.batchNorm(x), 1)],
  arbitrary: arbitraries.batchNorm.filter(
    ({ graph, batch }) => batch * graph.nodes[0]!.shape.reduce((a, b) => a * b) < 200,
  ),
};

type ForwardKernel =
  | 'upload'
  | 'globalAvgPool'
  | 'conv2d'
  | 'dense'
  | 'maxPool'
  | 'avgPool'
  | 'batchNorm'
  | 'activation';

/** Total over the gradient kernels; those of one operation share a suite. */
export const gradientSuites: { readonly [K in Exclude<keyof Kernels, ForwardKernel>]: GradientSuite } & {
  readonly adaptive: GradientSuite;
  readonly ties: GradientSuite;
} = {
  conv2dInputGradient: convolutions,
  conv2dFilterGradient: convolutions,
  maxPoolGradient: {
    title: 'maxPoolGradient',
    check: maxPooling(distinct),
    cases: cases.maxPool,
    arbitrary: arbitraries.maxPool,
  },
  ties: {
    title: 'maxPoolGradient, to the first of equal elements',
    check: maxPooling(tied),
    cases: cases.maxPool,
    arbitrary: arbitraries.maxPool,
  },
  avgPoolGradient: {
    title: 'avgPoolGradient',
    check: avgPooling,
    cases: cases.avgPool,
    arbitrary: arbitraries.avgPool,
  },
  batchNormTraining: norms,
  batchNormGradient: {
    ...norms,
    title: 'batchNormTraining with the statistics of this batch alone',
    check: normalisation(1),
  },
  activationGradient: {
    title: 'activationGradient',
    check: activation,
    cases: cases.activation,
    arbitrary: arbitraries.activation,
  },
  biasGradient: { title: 'biasGradient', check: bias, cases: cases.flatten, arbitrary: arbitraries.flatten },
  adaptive: {
    title: 'adaptiveAvgPoolGradient',
    check: adaptivePooling,
    cases: cases.adaptiveAvgPool,
    arbitrary: arbitraries.adaptiveAvgPool,
  },
};
