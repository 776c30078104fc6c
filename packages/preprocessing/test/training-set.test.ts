import { describe, expect, test } from 'vitest';
import { augmentations, compose } from '../src/augment/index.js';
import { batches, type IndexedDataset, type TrainingSet, trainingSet } from '../src/datasets/index.js';
import { createWorkerPool } from '../src/datasets/node/worker-pool.js';
import { trainingSetWith } from '../src/datasets/training-set.js';
import { normalisations } from '../src/index.js';
import { loadTrainingSet } from '../src/node.js';
import { all } from './support/archives.js';
import { fixtureBytes } from './support/fixtures.js';
import { sourceFlags } from './support/processes.js';

const pictures = ['jpeg-420.jpg', 'png-rgb8.png', 'jpeg-grey.jpg'];

const set: IndexedDataset = {
  kind: 'indexed',
  classes: ['a', 'b'],
  size: 30,
  nameOf: (index) => `${index}.jpg`,
  load: async (index) => {
    if (index === 29) throw new Error('ENOENT');
    const whole = fixtureBytes(`images/${pictures[index % 3]}`);
    return { name: `${index}.jpg`, index, label: index % 2, bytes: index === 28 ? whole.subarray(0, 50) : whole };
  },
};

const augment = compose([augmentations.randomResizedCrop(20), augmentations.trivialAugmentWide()]);
const options = { seed: 3, augment, normalise: normalisations.torch };
const LENGTH = 20 * 20 * 3;

async function filled(samples: TrainingSet, indices: number[], epoch: number) {
  const out = new Float32Array(indices.length * LENGTH);
  const labels = new Int32Array(indices.length);
  await samples.fill(Uint32Array.from(indices), epoch, out, labels);
  return { out, labels };
}

const withWorkers = (workers: number) =>
  trainingSetWith(set, options, () => createWorkerPool(workers, { keepSamples: false, execArgv: sourceFlags }));

describe('a training set', () => {
  test('writes what batches gives, for any indices, with and without workers', async () => {
    const first28 = { ...set, size: 28 };
    const [batch] = await all(batches(first28, { batchSize: 28, epoch: 4, ...options }));
    const order = Array.from({ length: 28 }, (_, n) => (n * 11) % 28);
    const opened = [await trainingSet(set, options), await loadTrainingSet(set, options), await withWorkers(2)];
    for (const samples of opened) {
      expect([samples.size, samples.shape, samples.classes]).toEqual([30, [20, 20, 3], 2]);
      const { out, labels } = await filled(samples, order, 4);
      for (const [n, index] of order.entries()) {
        const mine = out.subarray(n * LENGTH, (n + 1) * LENGTH);
        expect(mine).toEqual(batch?.data.subarray(index * LENGTH, (index + 1) * LENGTH));
        expect(labels[n]).toBe(index % 2);
      }
      expect((await filled(samples, [5], 5)).out).not.toEqual((await filled(samples, [5], 4)).out);
      expect(await filled(samples, [], 4)).toEqual({ out: new Float32Array(0), labels: new Int32Array(0) });
      await samples.close();
    }
  }, 60_000);

  test('names the first sample that is broken, and works on afterwards', async () => {
    for (const samples of [await trainingSet(set, options), await withWorkers(2)]) {
      const good = await filled(samples, [1, 2], 0);
      await expect(filled(samples, [1, 28, 29], 0)).rejects.toMatchObject({ code: 'bad-sample', sample: '29.jpg' });
      await expect(filled(samples, [1, 28, 3], 0)).rejects.toMatchObject({
        sample: '28.jpg',
        cause: { code: 'truncated-image' },
      });
      expect(await filled(samples, [1, 2], 0)).toEqual(good);
      await samples.close();
    }
  }, 60_000);

  test('mistakes', async () => {
    const samples = await trainingSet(set, options);
    const short = samples.fill([1, 2], 0, new Float32Array(LENGTH), new Int32Array(2));
    await expect(short).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(trainingSet({ ...set, size: 0 }, options)).rejects.toThrow('the data set has no samples');
    const sizes = await trainingSet(set, { seed: 0, augment: augmentations.resize(8), normalise: normalisations.raw });
    expect(sizes.shape).toHaveLength(3);
  });
});
