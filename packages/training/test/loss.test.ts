import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { softmaxCrossEntropy } from '../src/index.js';
import { crossEntropy } from './reference/network.js';
import { checkThatTensorsAreFreed, onBackends } from './support/backends.js';
import { expectClose, toTensor } from './support/compare.js';
import { randomArray, seeds } from './support/random.js';

const problems = fc.record({
  batch: fc.integer({ min: 1, max: 5 }),
  classes: fc.integer({ min: 2, max: 12 }),
  seed: seeds,
  smoothing: fc.constantFrom(0, 0.1, 0.3),
});

/** With all values on the host; nothing is left on the backend. */
async function lossOf(rows: readonly (readonly number[])[], labels: readonly number[], smoothing = 0) {
  const logits = tf.tensor2d(rows.map((row) => [...row]));
  try {
    const { loss, correct, gradient } = softmaxCrossEntropy(logits, labels, smoothing);
    const data = await gradient.data();
    gradient.dispose();
    return { loss, correct, gradient: [...data] };
  } finally {
    logits.dispose();
  }
}

await onBackends('softmax cross entropy', () => {
  checkThatTensorsAreFreed();

  it('by hand: two classes, logits ln 3 and 0, so probabilities 3/4 and 1/4', async () => {
    const { loss, correct, gradient } = await lossOf(
      [
        [Math.log(3), 0],
        [0, Math.log(3)],
      ],
      [0, 0],
    );
    expect(loss).toBeCloseTo((Math.log(4 / 3) + Math.log(4)) / 2, 6);
    expect(correct).toBe(1);
    for (const [i, d] of [-1 / 8, 1 / 8, -3 / 8, 3 / 8].entries()) expect(gradient[i]).toBeCloseTo(d, 6);
  });

  it('equals the float64 reference', async () => {
    await fc.assert(
      fc.asyncProperty(problems, async ({ batch, classes, seed, smoothing }) => {
        const logits = randomArray([batch, classes], seed);
        const labels = Array.from({ length: batch }, (_, n) => (n + seed) % classes);
        const expected = crossEntropy(logits, labels, smoothing);
        const tensor = toTensor(logits) as tf.Tensor2D;
        const { loss, gradient } = softmaxCrossEntropy(tensor, labels, smoothing);
        expect(loss).toBeCloseTo(expected.loss, 12);
        await expectClose(gradient, expected.gradient, 1e-7);
        tf.dispose([tensor, gradient]);
      }),
    );
  });

  it('smoothing e is 1 - e times the loss of the label and e times the mean loss of all classes (torch)', async () => {
    await fc.assert(
      fc.asyncProperty(problems, async ({ classes, seed, smoothing }) => {
        const row = [...randomArray([classes], seed).data];
        const each = await Promise.all(row.map(async (_, label) => (await lossOf([row], [label])).loss));
        const mean = each.reduce((s, v) => s + v, 0) / classes;
        const label = seed % classes;
        const { loss } = await lossOf([row], [label], smoothing);
        expect(loss).toBeCloseTo((1 - smoothing) * (each[label] as number) + smoothing * mean, 10);
      }),
      { numRuns: 30 },
    );
  });

  it('does not overflow, and says so where a logit is no number', async () => {
    expect((await lossOf([[1e30, 0, -1e30]], [0])).loss).toBe(0);
    expect((await lossOf([[1e30, 0, -1e30]], [1])).loss).toBeCloseTo(1e30, -24);
    expect((await lossOf([[Number.NaN, 0]], [0])).loss).toBeNaN();
    expect(Number.isFinite((await lossOf([[Number.POSITIVE_INFINITY, 0]], [0])).loss)).toBe(false);
  });

  it.each([
    ['a class that is not there', [0, 3], 'Label 1 of a batch is 3; the classes are 0 to 2.'],
    ['a negative one', [-1, 0], 'Label 0 of a batch is -1; the classes are 0 to 2.'],
    ['a fraction', [0.5, 0], 'Label 0 of a batch is 0.5; the classes are 0 to 2.'],
    ['too few', [0], 'Got 1 labels for 2 examples.'],
  ])('bad-labels: %s', async (_, labels, message) => {
    await expect(
      lossOf(
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
        labels,
      ),
    ).rejects.toMatchObject({ code: 'bad-labels', message });
  });
});
