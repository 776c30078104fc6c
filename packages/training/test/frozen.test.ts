import { type Kernels, TfjsBackend } from '@convzoo/backend-tfjs';
import { Builder, dropDropout, float32Tensor, type Graph, type ParamSpec, paramsOf } from '@convzoo/layers';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { DifferentiableGraph, initialise, sgd, softmaxCrossEntropy, Trainer } from '../src/index.js';
import { checkThatTensorsAreFreed, onBackends } from './support/backends.js';
import { tinyNetwork } from './support/networks.js';
import { randomArray } from './support/random.js';

const BATCH = 5;
const graph = dropDropout(tinyNetwork());
const x = Float32Array.from(randomArray([BATCH, 8, 8, 3], 3).data);
const labels = Int32Array.from({ length: BATCH }, (_, n) => n % 3);
const isHead = ({ path }: ParamSpec): boolean => path.startsWith('fc.');

/** Values whose statistics differ from those of any batch. */
function paramsFor(network: Graph) {
  const params = new Map(initialise(network, 5));
  for (const { path, role, shape } of paramsOf(network)) {
    if (role === 'kernel') continue;
    const data = Float32Array.from(randomArray(shape, 8).data, (v) => (role === 'variance' ? v * v + 0.5 : v));
    params.set(path, float32Tensor(shape, data));
  }
  return params;
}

/** The same backend, with a list of the kernels that were called. */
function recorded(backend: TfjsBackend): { backend: TfjsBackend; calls: string[] } {
  const calls: string[] = [];
  const entries = Object.entries(backend.kernels).map(([name, kernel]) => [
    name,
    (...parts: never[]) => {
      calls.push(name);
      return (kernel as (...args: never[]) => unknown)(...parts);
    },
  ]);
  const kernels = Object.fromEntries(entries) as Kernels;
  return { backend: new TfjsBackend({ name: backend.name, description: backend.description, kernels }), calls };
}

await onBackends('frozen parameters', (backend) => {
  checkThatTensorsAreFreed();

  it('a frozen norm uses its running statistics: the loss is that of inference', async () => {
    const params = paramsFor(graph);
    await using session = await backend.prepare(graph, params);
    const { output } = await session.run(float32Tensor([BATCH, 8, 8, 3], x));
    const logits = tf.tensor2d(output.data, [BATCH, 3]);
    const { loss: expected, gradient } = softmaxCrossEntropy(logits, labels);
    tf.dispose([logits, gradient]);
    using frozen = await Trainer.create({ graph, params, backend, optimiser: sgd(), trained: isHead });
    using training = await Trainer.create({ graph, params, backend, optimiser: sgd() });
    expect(Math.abs((await frozen.gradients(x, labels)).loss - expected)).toBeLessThan(1e-5);
    expect(Math.abs((await training.gradients(x, labels)).loss - expected)).toBeGreaterThan(1e-2);
  });

  it('nothing but the trained parameters changes, bit for bit', async () => {
    const params = paramsFor(graph);
    const trained = ({ path }: ParamSpec): boolean =>
      /^(fc|down\.(conv|bn))\./.test(path) && path !== 'down.conv.weight';
    const optimiser = sgd({ momentum: 0.9, weightDecay: 0.01 });
    using trainer = await Trainer.create({ graph, params, backend, optimiser, trained });
    for (let i = 0; i < 3; i++) await trainer.trainBatch(x, labels, 0.1);
    const after = await trainer.parameters();
    const changed = paramsOf(graph)
      .map((spec) => spec.path)
      .filter((path) => !same(after.get(path)?.data, params.get(path)?.data));
    const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => `down.bn.${name}`);
    expect(changed.sort()).toEqual([...norm, 'fc.weight', 'fc.bias'].sort());
    const slots = [...(await trainer.checkpoint()).tensors.keys()].filter((key) => key.startsWith('optimiser/'));
    expect(slots.map((key) => key.replace('optimiser/sgd/momentum/', '')).sort()).toEqual(
      ['down.bn.weight', 'down.bn.bias', 'fc.weight', 'fc.bias'].sort(),
    );
  });

  it('a norm is frozen by leaving out its scale and shift; to leave out one of them is not enough', async () => {
    const runningWithout = async (...left: string[]): Promise<string[]> => {
      const trained = ({ path }: ParamSpec): boolean => !left.includes(path);
      using trainer = await Trainer.create({ graph, params: paramsFor(graph), backend, optimiser: sgd(), trained });
      const { running, gradients } = await trainer.gradients(x, labels);
      for (const path of left) expect(gradients.has(path)).toBe(false);
      return [...running.keys()].filter((path) => path.startsWith('block.'));
    };
    expect(await runningWithout('block.bn.weight', 'block.bn.bias')).toEqual([]);
    expect(await runningWithout('block.bn.weight')).toEqual(['block.bn.running_mean', 'block.bn.running_var']);
  });

  it('before the first trained node no gradient is computed, after the last no filter gradient', async () => {
    const { backend: counted, calls } = recorded(backend);
    using head = await Trainer.create({
      graph,
      params: paramsFor(graph),
      backend: counted,
      optimiser: sgd(),
      trained: isHead,
    });
    await head.gradients(x, labels);
    expect(calls.filter((name) => name.includes('Gradient'))).toEqual(['biasGradient']);
    expect(calls).not.toContain('batchNormTraining');

    calls.length = 0;
    const isStem = ({ path }: ParamSpec): boolean => path === 'stem.conv.weight';
    using stem = await Trainer.create({
      graph,
      params: paramsFor(graph),
      backend: counted,
      optimiser: sgd(),
      trained: isStem,
    });
    await stem.gradients(x, labels);
    // Backward has to pass through the two later convolutions, but ends at the first.
    expect(calls.filter((name) => name === 'conv2dInputGradient')).toHaveLength(2);
    expect(calls.filter((name) => name === 'conv2dFilterGradient')).toHaveLength(1);
    expect(calls).not.toContain('batchNormGradient');
  });

  it('the tape holds no result that backward does not read', async () => {
    const variables = new Map(
      [...paramsFor(graph)].map(([path, { data, shape }]) => [path, tf.tensor(data, [...shape])]),
    );
    const held = (trained: (param: ParamSpec) => boolean): number => {
      const network = new DifferentiableGraph(graph, backend, { trained });
      const input = tf.tensor(x, [BATCH, 8, 8, 3]);
      const before = tf.memory().numBytes;
      const tape = network.forward(input, variables, 0);
      tf.dispose([...tape.updates.values()]);
      const bytes = tf.memory().numBytes - before;
      tape.dispose();
      network.dispose();
      input.dispose();
      return bytes;
    };
    // Pooled features and logits.
    expect(held(isHead)).toBe(4 * BATCH * (6 + 3));
    // What norms hand to activations is freed: four maps of 8x8x6 (and two of 4x4x6) are left of ten.
    const everything = graph.nodes.reduce((sum, { shape }) => sum + 4 * BATCH * shape.reduce((a, b) => a * b, 1), 0);
    expect(held(() => true)).toBeLessThan(0.75 * everything);
    tf.dispose([...variables.values()]);
  });

  it('a norm without scale and shift is frozen where its statistics are left out', async () => {
    const nn = new Builder('plain norm');
    const conv = nn.conv2d(nn.input([4, 4, 2]), { name: 'conv', kernel: 3, out: 3 });
    const full = nn.batchNorm(conv, { name: 'full' });
    const node = nn.graph(full).nodes.at(-1);
    const plain = nn.node('batchNorm', {
      path: 'bn',
      attributes: { eps: 1e-5, momentum: 0.5 },
      inputs: [conv],
      params: (node?.params ?? []).slice(2).map((spec) => ({ ...spec, path: spec.path.replace('full', 'bn') })),
    });
    const network = nn.graph(nn.dense(nn.globalAvgPool(plain), { name: 'fc', units: 3 }));
    const params = initialise(network, 1);
    const batch = Float32Array.from(randomArray([BATCH, 4, 4, 2], 1).data);
    const runningWith = async (trained: (param: ParamSpec) => boolean): Promise<string[]> => {
      using trainer = await Trainer.create({ graph: network, params, backend, optimiser: sgd(), trained });
      const { running, gradients } = await trainer.gradients(batch, labels);
      expect([...gradients.keys()]).toContain('fc.weight');
      return [...running.keys()];
    };
    expect(await runningWith(() => true)).toEqual(['bn.running_mean', 'bn.running_var']);
    expect(await runningWith(({ role }) => role !== 'mean' && role !== 'variance')).toEqual([]);
  });
});

function same(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))
  );
}
