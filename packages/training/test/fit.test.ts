import { type Graph, paramsOf } from '@convzoo/layers';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  type Checkpoint,
  constant,
  cosine,
  type Dataset,
  type EpochSummary,
  type FitOptions,
  fit,
  initialise,
  type StepProgress,
  sgd,
  shuffledIndices,
  Trainer,
  warmUp,
} from '../src/index.js';
import { checkThatTensorsAreFreed, onBackends } from './support/backends.js';
import { stripes, tinyNetwork } from './support/networks.js';

const graph = tinyNetwork({ classes: 2 });

/** A set that writes down what it was asked for. */
function recorded(
  data: Dataset,
): Dataset & { readonly asked: { readonly indices: number[]; readonly epoch: number }[] } {
  const asked: { indices: number[]; epoch: number }[] = [];
  return {
    ...data,
    asked,
    fill(indices, epoch, out, labels) {
      asked.push({ indices: [...indices], epoch });
      return data.fill(indices, epoch, out, labels);
    },
  };
}

await onBackends(
  'fit',
  (backend) => {
    checkThatTensorsAreFreed();
    const create = (network: Graph = graph): Promise<Trainer> =>
      Trainer.create({
        graph: network,
        params: initialise(network, 1),
        backend,
        optimiser: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
        seed: 1,
      });
    const common = { epochs: 3, batchSize: 10, schedule: warmUp(0.1, cosine(0.1)), seed: 4 };

    it('two classes of pictures are told apart without a mistake after 60 steps', async () => {
      using trainer = await create();
      const summaries: EpochSummary[] = [];
      const { finished } = await fit({
        trainer,
        data: stripes({ size: 128 }),
        epochs: 15,
        batchSize: 32,
        schedule: warmUp(0.1, cosine(0.1)),
        seed: 1,
        onEpoch: (summary) => {
          summaries.push(summary);
        },
      });
      expect(finished).toBe(true);
      expect(trainer.step).toBe(60);
      expect(summaries[0]?.accuracy).toBeLessThan(0.9);
      // In training, with a quarter of the features dropped.
      expect(summaries.at(-1)?.accuracy).toBeGreaterThan(0.95);
      // Pictures that it has not seen, by inference with the running statistics.
      await using session = await backend.prepare(graph, await trainer.parameters());
      const unseen = stripes({ size: 100 });
      const [x, labels] = [new Float32Array(100 * 8 * 8 * 3), new Int32Array(100)];
      unseen.fill(
        Uint32Array.from({ length: 100 }, (_, i) => 1000 + i),
        99,
        x,
        labels,
      );
      const { output } = await session.run({ shape: [100, 8, 8, 3], dtype: 'float32', data: x });
      const right = labels.filter(
        (label, n) => (output.data[2 * n + 1] as number) > (output.data[2 * n] as number) === (label === 1),
      );
      expect(right).toHaveLength(100);
    });

    it('every epoch has every example once, in the order of seed and epoch; what is left over is dropped', async () => {
      const data = recorded(stripes({ size: 34 }));
      using trainer = await create();
      const steps: StepProgress[] = [];
      await fit({ ...common, trainer, data, onStep: (progress) => steps.push(progress) });
      expect(data.asked).toHaveLength(9);
      for (const [i, { indices, epoch }] of data.asked.entries()) {
        expect(epoch).toBe(Math.floor(i / 3));
        expect(indices).toEqual([...shuffledIndices(34, 4, epoch).subarray((i % 3) * 10, (i % 3) * 10 + 10)]);
      }
      expect(steps.map(({ step, steps: all, epoch }) => [step, all, epoch])).toEqual(
        Array.from({ length: 9 }, (_, i) => [i + 1, 9, Math.floor(i / 3)]),
      );
      expect(steps.map(({ rate }) => rate)).toEqual(steps.map((_, i) => common.schedule(i / 9)));
      for (const { accuracy, loss, examplesPerSecond, secondsLeft, step } of steps) {
        expect(Number.isInteger(Math.round(accuracy * 1e6) / 1e5)).toBe(true);
        expect(loss).toBeGreaterThan(0);
        expect(secondsLeft).toBeCloseTo(((9 - step) * 10) / examplesPerSecond, 6);
      }
    });

    it('the summary of an epoch is the mean over its steps', async () => {
      using trainer = await create();
      const steps: StepProgress[] = [];
      const summaries: EpochSummary[] = [];
      await fit({
        ...common,
        trainer,
        data: stripes({ size: 44 }),
        onStep: (progress) => steps.push(progress),
        onEpoch: (summary) => {
          summaries.push(summary);
        },
      });
      expect(summaries.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
      for (const { epoch, loss, accuracy } of summaries) {
        const own = steps.filter((step) => step.epoch === epoch);
        expect(loss).toBeCloseTo(own.reduce((s, step) => s + step.loss, 0) / 4, 12);
        expect(accuracy).toBeCloseTo(own.reduce((s, step) => s + step.accuracy, 0) / 4, 12);
      }
    });

    it('stopped by a signal in the middle of an epoch, it goes on from the checkpoint as if nothing had been', async () => {
      const data = stripes({ size: 40 });
      using straight = await create();
      await fit({ ...common, trainer: straight, data });

      const controller = new AbortController();
      let saved: Checkpoint;
      {
        using trainer = await create();
        const onStep = ({ step }: StepProgress): void => {
          if (step === 6) controller.abort();
        };
        expect(await fit({ ...common, trainer, data, onStep, signal: controller.signal })).toEqual({ finished: false });
        expect(trainer.step).toBe(6);
        saved = await trainer.checkpoint();
        // Still aborted: it does nothing.
        expect(await fit({ ...common, trainer, data, signal: controller.signal })).toEqual({ finished: false });
        expect(trainer.step).toBe(6);
      }
      using trainer = await create();
      trainer.restore(saved);
      const summaries: number[] = [];
      const { finished } = await fit({ ...common, trainer, data, onEpoch: ({ epoch }) => void summaries.push(epoch) });
      expect(finished).toBe(true);
      expect(summaries).toEqual([1, 2]);
      expect(await trainer.checkpoint()).toEqual(await straight.checkpoint());
      // A finished training has nothing left to do.
      expect(await fit({ ...common, trainer, data })).toEqual({ finished: true });
      expect(trainer.step).toBe(12);
    });

    it('checkpoints come every so many steps, and both callbacks are awaited', async () => {
      using trainer = await create();
      const events: string[] = [];
      const slowly = async (event: string): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        events.push(event);
      };
      await fit({
        ...common,
        trainer,
        data: stripes({ size: 20 }),
        checkpointEvery: 2,
        onStep: ({ step }) => events.push(`step ${step}`),
        onCheckpoint: ({ step }) => slowly(`checkpoint ${step}`),
        onEpoch: ({ epoch }) => slowly(`epoch ${epoch}`),
      });
      expect(events).toEqual(
        [0, 1, 2].flatMap((e) => [`step ${2 * e + 1}`, `step ${2 * e + 2}`, `checkpoint ${2 * e + 2}`, `epoch ${e}`]),
      );
    });

    const wrong: readonly (readonly [string, Partial<FitOptions>, string])[] = [
      ['no epoch', { epochs: 0 }, 'The number of epochs must be at least 1, got 0.'],
      ['half an epoch', { epochs: 0.5 }, 'at least 1, got 0.5.'],
      ['a batch larger than the set', { batchSize: 65 }, 'between 1 and the 64 examples that there are, got 65.'],
      ['an empty batch', { batchSize: 0 }, 'got 0.'],
      [
        'pictures of another size',
        { data: stripes({ extent: 9 }) },
        'The examples are 9x9x3, the input of tiny is 8x8x3.',
      ],
      [
        'other classes',
        { data: stripes({ classes: 4 }) },
        'The data has 4 classes, tiny 2; replaceHead(graph, 4) changes that.',
      ],
    ];
    it.each(wrong)('wrong-options: %s', async (_, options, message) => {
      using trainer = await create();
      const result = fit({ ...common, trainer, data: stripes(), ...options });
      await expect(result).rejects.toMatchObject({ code: 'wrong-options', message: expect.stringContaining(message) });
    });

    it('an error of the data ends it, and leaves the trainer as it was after the last step', async () => {
      using trainer = await create();
      const data: Dataset = {
        ...stripes(),
        fill: (indices, epoch, out, labels) => {
          if (trainer.step === 3) throw new RangeError('the disk is gone');
          stripes().fill(indices, epoch, out, labels);
        },
      };
      await expect(fit({ ...common, trainer, data, schedule: constant(0.01) })).rejects.toThrow('the disk is gone');
      expect(trainer.step).toBe(3);
      expect([...(await trainer.parameters()).keys()]).toEqual(paramsOf(graph).map((spec) => spec.path));
      expect(tf.getBackend()).toBe(backend.name);
    });
  },
  ['tensorflow', 'wasm'],
);
