import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { augment, augmentations, compose, fillAugmentedBatch } from '../src/augment/index.js';
import {
  arrayDataset,
  type Batch,
  type BatchOptions,
  batches,
  type Dataset,
  type IndexedDataset,
  imageDataset,
  inStoredOrder,
  loadDataset,
  type SampleFailure,
  type StreamDataset,
  shuffleBuffer,
} from '../src/datasets/index.js';
import { createRandom, decode, normalisations, toTensor } from '../src/index.js';
import { all } from './support/archives.js';
import { fixtureBytes, syntheticImage } from './support/fixtures.js';

/** `count` pictures of 8x8, each of one colour: its number. */
function plainSet(count: number): IndexedDataset {
  const images = new Uint8Array(count * 192).map((_, i) => Math.floor(i / 192) & 255);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  return arrayDataset({ images, labels, classes: ['a', 'b', 'c'], size: 8 });
}

/** The same as a stream that counts how many samples were taken out of it. */
function streamOf(set: IndexedDataset): StreamDataset & { taken: number; open: number } {
  return {
    kind: 'stream',
    classes: set.classes,
    taken: 0,
    open: 0,
    async *read() {
      this.open += 1;
      try {
        for await (const sample of inStoredOrder(set)) {
          this.taken += 1;
          yield sample;
        }
      } finally {
        this.open -= 1;
      }
    },
  };
}

const indicesOf = (found: Batch[]): number[] => found.flatMap(({ indices }) => [...indices]);
const run = (set: Dataset, options: BatchOptions) => all(batches(set, options));

describe('batches', () => {
  test('all samples once, in order, with their labels and names; the last may be short', async () => {
    const found = await run(plainSet(23), { batchSize: 10 });
    expect(found.map(({ shape, number }) => [shape, number])).toEqual([
      [[10, 8, 8, 3], 0],
      [[10, 8, 8, 3], 1],
      [[3, 8, 8, 3], 2],
    ]);
    expect(indicesOf(found)).toEqual(Array.from({ length: 23 }, (_, i) => i));
    expect(found[2]?.labels).toEqual(Int32Array.of(2, 0, 1));
    expect(found[2]?.names).toEqual(['sample 20', 'sample 21', 'sample 22']);
    expect(found[1]?.data).toBeInstanceOf(Uint8Array);
    expect([...(found[1]?.data.subarray(191, 193) ?? [])]).toEqual([10, 11]);
  });

  test('dropLast, and sets smaller than a batch', async () => {
    const lengths = async (count: number, dropLast: boolean) =>
      (await run(plainSet(count), { batchSize: 10, dropLast })).map(({ labels }) => labels.length);
    expect(await lengths(23, true)).toEqual([10, 10]);
    expect(await lengths(20, true)).toEqual([10, 10]);
    expect(await lengths(20, false)).toEqual([10, 10]);
    expect(await lengths(3, true)).toEqual([]);
    expect(await lengths(3, false)).toEqual([3]);
    expect(await lengths(0, false)).toEqual([]);
  });

  test('decode, augment and normalise are those of one sample', async () => {
    const files = ['images/jpeg-420.jpg', 'images/png-rgb8.png'];
    const pictures = await Promise.all(files.map((name) => decode(fixtureBytes(name))));
    const set: IndexedDataset = {
      kind: 'indexed',
      classes: ['x'],
      size: 2,
      load: async (index) => ({ name: files[index]!, index, label: 0, bytes: fixtureBytes(files[index]!) }),
    };
    const pipeline = compose([augmentations.randomResizedCrop(16), augmentations.trivialAugmentWide()]);
    const [batch] = await all(
      batches(set, { batchSize: 2, seed: 4, epoch: 2, augment: pipeline, normalise: normalisations.torch }),
    );
    const expected = pictures.flatMap((image, index) => [
      ...toTensor(augment(image, pipeline, { seed: 4, epoch: 2, index }), normalisations.torch),
    ]);
    expect([...(batch?.data ?? [])]).toEqual(expected);
    expect(batch?.shape).toEqual([2, 16, 16, 3]);
  });

  test('one channel where the normalisation turns grey', async () => {
    const [batch] = await run(plainSet(2), { batchSize: 2, normalise: normalisations.mnist });
    expect(batch?.shape).toEqual([2, 8, 8, 1]);
    expect(batch?.data.length).toBe(128);
  });

  test('padded-crop-flip gives the bytes that the embedded network was trained on', async () => {
    const images = new Uint8Array(6 * 3072).map((_, i) => (i * 2654435761) >>> 24);
    const set = arrayDataset({ images, labels: new Uint8Array(6), classes: ['x'], size: 32 });
    const { torch } = normalisations;
    const options = { batchSize: 6, seed: 3, epoch: 5, shuffle: true, augment: augmentations.paddedCropFlip() };
    const [batch] = await all(batches(set, { ...options, normalise: torch }));
    const out = new Float32Array(6 * 3072);
    const indices = batch?.indices ?? [];
    fillAugmentedBatch({ images, size: 32, indices, out, padding: 4, flip: true, seed: 3, epoch: 5, ...torch });
    expect(batch?.data).toEqual(out);
  });

  test('samples of different sizes are an error that names both', async () => {
    const pictures = [8, 8, 9].map((side, n) => ({
      image: syntheticImage('hash', side, 8),
      label: 0,
      name: `${n}.png`,
    }));
    const set = imageDataset(pictures, ['x']);
    await expect(run(set, { batchSize: 2 })).rejects.toMatchObject({
      code: 'bad-sample',
      sample: '2.png',
      message: expect.stringMatching(/^2\.png: has 8x9 pixels where the first sample \(0\.png\) has 8x8/) as string,
    });
    const sized = await run(set, { batchSize: 2, augment: augmentations.resize([4, 4]) });
    expect(sized.map(({ shape }) => shape[0])).toEqual([2, 1]);
  });
});

describe('the order', () => {
  test('a shuffle is a permutation, decided by seed and epoch', async () => {
    const set = plainSet(100);
    const order = async (seed: number, epoch: number) =>
      indicesOf(await run(set, { batchSize: 7, shuffle: true, seed, epoch }));
    const first = await order(1, 0);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(await order(1, 0)).toEqual(first);
    for (const other of [await order(1, 1), await order(2, 0)]) expect(other).not.toEqual(first);
  });

  test('what is done to a sample does not depend on the order', async () => {
    const set = plainSet(40);
    const options = { batchSize: 9, seed: 1, epoch: 1, augment: augmentations.randAugment() };
    const bytes = async (shuffle: boolean) => {
      const found = new Map<number, string>();
      for (const { indices, data } of await run(set, { ...options, shuffle })) {
        for (const [n, index] of indices.entries()) found.set(index, data.slice(n * 192, n * 192 + 192).join());
      }
      return found;
    };
    const [plain, shuffled] = [await bytes(false), await bytes(true)];
    for (const [index, value] of plain) expect(shuffled.get(index)).toBe(value);
  });

  test('a stream is shuffled through a buffer', async () => {
    const stream = streamOf(plainSet(200));
    const order = async (options: Partial<BatchOptions>) => indicesOf(await run(stream, { batchSize: 16, ...options }));
    expect(await order({})).toEqual(Array.from({ length: 200 }, (_, i) => i));
    const shuffled = await order({ shuffle: { buffer: 50 }, seed: 1 });
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(await order({}));
    expect(shuffled).not.toEqual(await order({}));
    expect(await order({ shuffle: { buffer: 50 }, seed: 1 })).toEqual(shuffled);
    expect(await order({ shuffle: { buffer: 50 }, seed: 1, epoch: 1 })).not.toEqual(shuffled);
    // None comes more than a buffer too early.
    expect(Math.max(...shuffled.map((index, place) => index - place))).toBeLessThanOrEqual(50);
  });

  test('shuffleBuffer: a permutation for every size and buffer; a buffer of all makes every order alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 70 }), fc.nat(), async (count, buffer, seed) => {
        const numbers = Array.from({ length: count }, (_, i) => i);
        const out = await all(shuffleBuffer(stream(numbers), buffer, createRandom(seed)));
        expect(out.toSorted((a, b) => a - b)).toEqual(numbers);
      }),
    );
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 2400; seed++) {
      const order = (await all(shuffleBuffer(stream([0, 1, 2, 3]), 4, createRandom(seed)))).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    // 23 degrees of freedom, 99.9 %
    expect(counts.size).toBe(24);
    expect([...counts.values()].reduce((sum, n) => sum + (n - 100) ** 2 / 100, 0)).toBeLessThan(49.7);
  });
});

async function* stream<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

describe('back-pressure', () => {
  test('nothing is read before it is asked for, and little more than that', async () => {
    const set = streamOf(plainSet(500));
    const iterator = batches(set, { batchSize: 10 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([set.taken, set.open]).toEqual([0, 0]);
    await iterator.next();
    expect(set.taken).toBeLessThanOrEqual(24);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(set.taken).toBeLessThanOrEqual(24);
    await iterator.return(undefined);
    expect(set.open).toBe(0);
  });

  test('leaving the loop lets go of the source', async () => {
    const set = streamOf(plainSet(500));
    for await (const { number } of batches(set, { batchSize: 10 })) if (number === 2) break;
    expect([set.open, set.taken < 60]).toEqual([0, true]);
  });
});

describe('broken samples', () => {
  const broken: IndexedDataset = {
    kind: 'indexed',
    classes: ['x'],
    size: 12,
    nameOf: (index) => `${index}.png`,
    load: async (index) => {
      if (index === 3) throw new Error('ENOENT');
      const bytes =
        index === 7 ? fixtureBytes('images/png-rgb8.png').subarray(0, 60) : fixtureBytes('images/png-rgb8.png');
      return { name: `${index}.png`, index, label: 0, bytes };
    },
  };

  test('end the epoch with the name of the first', async () => {
    await expect(run(broken, { batchSize: 4 })).rejects.toMatchObject({
      code: 'bad-sample',
      sample: '3.png',
      message: '3.png: ENOENT',
    });
  });

  test('or are left out and reported, and the batches stay full', async () => {
    const failures: SampleFailure[] = [];
    const found = await run(broken, { batchSize: 4, onError: (failure) => failures.push(failure) });
    expect(found.map(({ indices }) => indices)).toEqual([
      [0, 1, 2, 4],
      [5, 6, 8, 9],
      [10, 11],
    ]);
    expect(failures.map(({ name, index }) => [name, index])).toEqual([
      ['3.png', 3],
      ['7.png', 7],
    ]);
    expect(failures[1]?.error).toMatchObject({ name: 'ImageError', code: 'truncated-image' });
  });

  test('a picture beyond maxPixels is one', async () => {
    await expect(run(broken, { batchSize: 1, maxPixels: 10 })).rejects.toMatchObject({
      sample: '0.png',
      cause: { code: 'image-too-large' },
    });
  });

  test('a source that breaks off ends the epoch, whatever onError says', async () => {
    const set: StreamDataset = {
      kind: 'stream',
      classes: ['x'],
      async *read() {
        yield await plainSet(1).load(0);
        throw new Error('the archive ends here');
      },
    };
    await expect(run(set, { batchSize: 1, onError: () => undefined })).rejects.toThrow('the archive ends here');
  });
});

describe('loadDataset', () => {
  test('a stream can be read in any order afterwards, again and again', async () => {
    const set = await loadDataset(streamOf(plainSet(30)));
    for (let epoch = 0; epoch < 2; epoch++) {
      const indices = indicesOf(await run(set, { batchSize: 7, shuffle: true, epoch }));
      expect(indices.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    }
    await expect(set.load(30)).rejects.toThrow('there is no sample 30: the data set has 30');
  });

  test('refuses more bytes than are allowed', async () => {
    await expect(loadDataset(plainSet(30), { maxBytes: 1000 })).rejects.toThrow(/more than 1000 bytes \(at sample 5\)/);
  });
});

describe('mistakes are invalid-argument, before anything is read', () => {
  const wrong: [string, Partial<BatchOptions>][] = [
    ['batchSize', { batchSize: 0 }],
    ['seed', { seed: 0.5 }],
    ['epoch', { epoch: Number.NaN }],
    ['buffer', { shuffle: { buffer: 0 } }],
    ['augment', { augment: { kind: 'random-posterize', bits: 99, p: 1 } }],
    ['normalise', { normalise: { scale: 1, mean: [0, 0, 0], std: [1, 0, 1] } }],
  ];
  test.each(wrong)('%s', async (_, options) => {
    const set = streamOf(plainSet(3));
    await expect(run(set, { batchSize: 2, ...options })).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(set.open).toBe(0);
  });
});
