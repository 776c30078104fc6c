import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { Builder, defineOp, float32Tensor, type Graph, GraphError, type Parameters, type Shape } from '@convzoo/layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adam, type Checkpoint, initialise, type Optimiser, parametersOf, sgd, Trainer } from '../src/index.js';
import { checkThatTensorsAreFreed, onBackends } from './support/backends.js';
import { stripes, tinyNetwork } from './support/networks.js';

const BATCH = 6;
const graph = tinyNetwork();
const data = stripes({ classes: 3 });

/** The batch of step `step`: what `fit` would ask for, without the shuffling. */
function batchAt(step: number): { x: Float32Array; labels: Int32Array } {
  const [x, labels] = [new Float32Array(BATCH * 8 * 8 * 3), new Int32Array(BATCH)];
  data.fill(
    Uint32Array.from({ length: BATCH }, (_, i) => (step * BATCH + i) % data.size),
    step,
    x,
    labels,
  );
  return { x, labels };
}

const create = (backend: TfjsBackend, optimiser: Optimiser, network: Graph = graph): Promise<Trainer> =>
  Trainer.create({ graph: network, params: initialise(network, 1), backend, optimiser, seed: 9, labelSmoothing: 0.1 });

async function train(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    const { x, labels } = batchAt(step);
    losses.push((await trainer.trainBatch(x, labels, 0.05)).loss);
  }
  return losses;
}

/** Bits, so that -0 and NaN count. */
function bits({ step, tensors }: Checkpoint): unknown {
  return [step, [...tensors].map(([key, t]) => [key, t.shape, [...new Uint32Array(t.data.slice().buffer)]])];
}

const optimisers = {
  'sgd with momentum': () => sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  'plain sgd': () => sgd(),
  adam: () => adam({ weightDecay: 1e-4 }),
};

await onBackends('trainer', (backend) => {
  checkThatTensorsAreFreed();

  it('has its own copy of the values that it was given', async () => {
    using untouched = await create(backend, sgd());
    const params = initialise(graph, 1);
    using trainer = await Trainer.create({ graph, params, backend, optimiser: sgd(), seed: 9, labelSmoothing: 0.1 });
    for (const { data } of params.values()) data.fill(Number.NaN);
    expect(await train(trainer, 0, 2)).toEqual(await train(untouched, 0, 2));
  });

  describe.each(Object.entries(optimisers))('%s', (_, optimiser) => {
    it('ten steps are five, a checkpoint, a new trainer and five more, bit for bit', async () => {
      using straight = await create(backend, optimiser());
      const losses = await train(straight, 0, 10);
      let middle: Checkpoint;
      {
        using before = await create(backend, optimiser());
        await train(before, 0, 5);
        middle = await before.checkpoint();
      }
      using after = await create(backend, optimiser());
      // It has trained on something else, of which nothing may be left.
      await train(after, 20, 22);
      after.restore(middle);
      expect(after.step).toBe(5);
      expect(await train(after, 5, 10)).toEqual(losses.slice(5));
      expect(bits(await after.checkpoint())).toEqual(bits(await straight.checkpoint()));
    });

    it('two trainings are one, bit for bit', async () => {
      using a = await create(backend, optimiser());
      using b = await create(backend, optimiser());
      // Side by side: neither knows of the other.
      for (let step = 0; step < 5; step++)
        expect(await train(a, step, step + 1)).toEqual(await train(b, step, step + 1));
      expect(bits(await a.checkpoint())).toEqual(bits(await b.checkpoint()));
    });

    it('the number of tensors does not grow over 50 steps, and the bytes neither', async () => {
      using trainer = await create(backend, optimiser());
      await train(trainer, 0, 1);
      const { numTensors, numBytes } = tf.memory();
      await train(trainer, 1, 51);
      expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    });
  });

  it('gradients change nothing, and are those that the next step uses', async () => {
    using trainer = await create(backend, sgd());
    await train(trainer, 0, 2);
    const before = bits(await trainer.checkpoint());
    const { x, labels } = batchAt(2);
    const { loss, gradients, running } = await trainer.gradients(x, labels);
    expect(bits(await trainer.checkpoint())).toEqual(before);
    const values = await trainer.parameters();
    expect((await trainer.trainBatch(x, labels, 0.25)).loss).toBe(loss);
    for (const [path, { data: after }] of await trainer.parameters()) {
      const [old, d] = [values.get(path)?.data as Float32Array, gradients.get(path)?.data];
      // A quarter of a float32 is exact, so the subtraction is rounded once on both sides.
      const expected = d === undefined ? running.get(path)?.data : old.map((v, i) => v - 0.25 * (d[i] as number));
      expect(after).toEqual(expected);
    }
  });

  it('a checkpoint is a snapshot: steps that follow do not change it', async () => {
    using trainer = await create(backend, sgd({ momentum: 0.9 }));
    await train(trainer, 0, 1);
    const checkpoint = trainer.checkpoint();
    const now = await trainer.checkpoint();
    const later = train(trainer, 1, 2);
    expect(bits(await checkpoint)).toEqual(bits(now));
    await later;
    expect(bits(now)).not.toEqual(bits(await trainer.checkpoint()));
    expect([...parametersOf(now).keys()]).toEqual([...initialise(graph, 1).keys()]);
  });

  it('diverged: nothing is updated, and the trainer can go on', async () => {
    using trainer = await create(backend, sgd({ momentum: 0.9 }));
    await train(trainer, 0, 2);
    const before = bits(await trainer.checkpoint());
    const { x, labels } = batchAt(2);
    const poisoned = x.map((v, i) => (i === 0 ? Number.NaN : v));
    await expect(trainer.trainBatch(poisoned, labels, 0.1)).rejects.toMatchObject({
      code: 'diverged',
      message: 'The loss is NaN at step 2; train with a smaller learning rate.',
    });
    await expect(trainer.gradients(poisoned, labels)).rejects.toMatchObject({ code: 'diverged' });
    expect(bits(await trainer.checkpoint())).toEqual(before);
    expect((await trainer.trainBatch(x, labels, 0.1)).loss).toBeLessThan(10);
  });

  it('bad batches: labels of other classes, too few values', async () => {
    using trainer = await create(backend, sgd());
    const { x, labels } = batchAt(0);
    await expect(
      trainer.trainBatch(
        x,
        labels.map(() => 3),
        0.1,
      ),
    ).rejects.toMatchObject({ code: 'bad-labels' });
    await expect(trainer.trainBatch(x.subarray(1), labels, 0.1)).rejects.toMatchObject({
      code: 'bad-batch',
      message: 'Got 1151 values for 6 examples; 6x8x8x3 need 1152.',
    });
    expect(trainer.step).toBe(0);
  });

  it('bad checkpoints: nothing is changed', async () => {
    using trainer = await create(backend, sgd({ momentum: 0.9 }));
    await train(trainer, 0, 1);
    const good = await trainer.checkpoint();
    const without = (key: string): Parameters => new Map([...good.tensors].filter(([k]) => k !== key));
    const slot = 'optimiser/sgd/momentum/fc.weight';
    const cases: readonly (readonly [Checkpoint, string])[] = [
      [{ ...good, tensors: without('stem.conv.weight') }, 'stem.conv.weight must be 3x3x3x6, got nothing'],
      [{ ...good, tensors: without(slot) }, `${slot} must be 6x3, got nothing`],
      [
        { ...good, tensors: new Map(good.tensors).set('fc.weight', float32Tensor([3, 6], new Float32Array(18))) },
        'fc.weight must be 6x3, got 3x6',
      ],
      [
        {
          ...good,
          tensors: new Map(good.tensors).set('optimiser/adam/mean/fc.weight', float32Tensor([], new Float32Array(1))),
        },
        'optimiser/adam/mean/fc.weight has no place in this training',
      ],
      [{ ...good, step: -1 }, 'The step of a checkpoint must be a count of updates, got -1'],
      [{ ...good, step: 0.5 }, 'got 0.5'],
    ];
    for (const [checkpoint, message] of cases) {
      expect(() => trainer.restore(checkpoint)).toThrow(
        expect.objectContaining({ code: 'bad-checkpoint', message: expect.stringContaining(message) }),
      );
      expect(bits(await trainer.checkpoint())).toEqual(bits(good));
    }
  });

  it('another backend that is active in between does not matter', async () => {
    using trainer = await create(backend, sgd({ momentum: 0.9 }));
    using other = await create(backend, sgd({ momentum: 0.9 }));
    const losses = await train(trainer, 0, 4);
    const again: number[] = [];
    for (let step = 0; step < 4; step++) {
      await tf.setBackend(backend.name === 'cpu' ? 'wasm' : 'cpu');
      again.push(...(await train(other, step, step + 1)));
    }
    expect(again).toEqual(losses);
    const { x, labels } = batchAt(4);
    const expected = await trainer.gradients(x, labels);
    await tf.setBackend(backend.name === 'cpu' ? 'wasm' : 'cpu');
    expect(await other.gradients(x, labels)).toEqual(expected);
  });
});

/** Ten times its input, and no gradient. */
const blind = defineOp({
  name: 'blind',
  shape: ({ inputs }) => inputs[0] as Shape,
  macs: () => 0,
  compute: ([x]) => float32Tensor(x?.shape ?? [], x?.data.map((v) => 10 * v) ?? new Float32Array()),
});

function blindNetwork(): Graph {
  const nn = new Builder('with a blind op');
  const x = nn.custom(blind, [nn.dense(nn.input([4]), { name: 'body', units: 4 })], { name: 'blind' });
  return nn.graph(nn.dense(x, { name: 'head', units: 2 }));
}

await onBackends(
  'trainings that cannot start',
  (backend) => {
    checkThatTensorsAreFreed();
    const start = (network: Graph, rest: object = {}): Promise<Trainer> =>
      Trainer.create({ graph: network, params: initialise(network, 1), backend, optimiser: sgd(), ...rest });

    it('nothing-to-train: everything is frozen, or what is not leads nowhere', async () => {
      const message = 'No trained parameter leads to the output of tiny; leave some to be trained.';
      await expect(start(graph, { trained: () => false })).rejects.toMatchObject({ code: 'nothing-to-train', message });
      const nn = new Builder('dead end');
      const x = nn.input([4]);
      nn.dense(x, { name: 'dead', units: 2 });
      const network = nn.graph(nn.dense(x, { name: 'fc', units: 2 }));
      const trained = ({ path }: { path: string }): boolean => path.startsWith('dead');
      await expect(start(network, { trained })).rejects.toMatchObject({ code: 'nothing-to-train' });
    });

    it('no-gradient: a custom op without one, unless all before it is frozen', async () => {
      await expect(start(blindNetwork())).rejects.toMatchObject({
        code: 'no-gradient',
        message: 'blind: the custom op blind has no gradient; add one to defineOp, or freeze it and what comes before.',
      });
      using trainer = await start(blindNetwork(), { trained: ({ path }: { path: string }) => path.startsWith('head') });
      const { gradients } = await trainer.gradients(Float32Array.of(1, 2, 3, 4), Int32Array.of(1));
      expect([...gradients.keys()]).toEqual(['head.weight', 'head.bias']);
    });

    it('bad-parameters: one is missing or of another shape', async () => {
      const params = new Map(initialise(graph, 1));
      params.delete('fc.bias');
      await expect(start(graph, { params })).rejects.toMatchObject({
        code: 'bad-parameters',
        message: 'Starting values: fc.bias must be 3, got nothing; initialise(graph, seed, params) fills gaps.',
      });
    });

    it('wrong-options: a network that ends in a map', async () => {
      const nn = new Builder('map');
      const network = nn.graph(nn.conv2d(nn.input([4, 4, 1]), { out: 2, kernel: 3 }));
      await expect(start(network)).rejects.toMatchObject({ code: 'wrong-options' });
    });

    it('what a custom op throws leaves no tensor behind', async () => {
      const throwing = defineOp({
        ...blind,
        name: 'throwing',
        gradient: () => {
          throw new GraphError('mine', 'x', 'no');
        },
      });
      const nn = new Builder('throwing');
      const body = nn.dense(nn.input([4]), { name: 'body', units: 4 });
      const network = nn.graph(nn.dense(nn.custom(throwing, [body]), { name: 'head', units: 2 }));
      using trainer = await start(network);
      const { numTensors } = tf.memory();
      await expect(trainer.trainBatch(new Float32Array(4), Int32Array.of(0), 0.1)).rejects.toMatchObject({
        code: 'mine',
      });
      expect(tf.memory().numTensors).toBe(numTensors);
    });
  },
  ['wasm'],
);
