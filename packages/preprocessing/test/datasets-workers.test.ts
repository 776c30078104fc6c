import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { augmentations, compose } from '../src/augment/index.js';
import { batchesWith } from '../src/datasets/batches.js';
import { type Executor, inlineExecutor } from '../src/datasets/executor.js';
import type { Batch, BatchOptions, Dataset, IndexedDataset, SampleFailure } from '../src/datasets/index.js';
import { createWorkerPool } from '../src/datasets/node/worker-pool.js';
import { normalisations } from '../src/index.js';
import { imageFolder } from '../src/node.js';
import { all } from './support/archives.js';
import { fixtureBytes, sha256 } from './support/fixtures.js';
import { runProcess, sourceFlags } from './support/processes.js';

/** Batches as `loadBatches` makes them, with workers that run the sources. */
function withWorkers(dataset: Dataset, options: BatchOptions, workers: number): AsyncGenerator<Batch> {
  const keepSamples = typeof options.onError === 'function';
  const open = () => createWorkerPool(workers, { keepSamples, execArgv: sourceFlags });
  return batchesWith(dataset, options, workers === 0 ? () => inlineExecutor : open);
}

const digest = (found: Batch[]) =>
  found.map(({ data, labels, indices, names, shape }) => ({
    data: sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    labels,
    indices,
    names,
    shape,
  }));

const root = mkdtempSync(join(tmpdir(), 'convzoo-workers-'));
afterAll(() => rmSync(root, { recursive: true }));

const pictures = ['jpeg-420.jpg', 'png-rgb8.png', 'jpeg-grey.jpg', 'jpeg-444.jpg'];

describe('workers', () => {
  let set: IndexedDataset;
  const augment = compose([
    augmentations.randomResizedCrop(24),
    augmentations.randomHorizontalFlip(),
    augmentations.colorJitter({ brightness: 0.4, saturation: 0.4, hue: 0.1 }),
    augmentations.randAugment(),
    augmentations.randomErasing({ value: 'random' }),
  ]);
  const options = { batchSize: 10, shuffle: true, seed: 5, epoch: 2, augment, normalise: normalisations.torch };

  beforeAll(async () => {
    const { mkdirSync } = await import('node:fs');
    for (const name of ['a', 'b']) mkdirSync(join(root, 'set', name), { recursive: true });
    for (let n = 0; n < 45; n++) {
      writeFileSync(join(root, 'set', n % 2 ? 'a' : 'b', `${n}.img.jpg`), fixtureBytes(`images/${pictures[n % 4]}`));
    }
    set = await imageFolder(join(root, 'set'));
  });

  test('1, 2 and 4 give the bytes of none, in the same order', async () => {
    const expected = digest(await all(withWorkers(set, options, 0)));
    expect(expected.flatMap(({ indices }) => indices)).toHaveLength(45);
    for (const workers of [1, 2, 4]) {
      expect(digest(await all(withWorkers(set, options, workers))), `${workers} workers`).toEqual(expected);
    }
  }, 120_000);

  test('a broken file is an error with its name, of the class that it had', async () => {
    const bad = join(root, 'set', 'a', 'broken.jpg');
    writeFileSync(bad, fixtureBytes('images/jpeg-420.jpg').subarray(0, 200));
    const broken = await imageFolder(join(root, 'set'));
    for (const workers of [0, 2]) {
      await expect(all(withWorkers(broken, options, workers)), `${workers} workers`).rejects.toMatchObject({
        name: 'SampleError',
        code: 'bad-sample',
        sample: bad,
        cause: { name: 'ImageError', code: 'truncated-image' },
      });
      const failures: SampleFailure[] = [];
      const found = await all(
        withWorkers(broken, { ...options, onError: (failure) => failures.push(failure) }, workers),
      );
      expect(found.map(({ labels }) => labels.length)).toEqual([10, 10, 10, 10, 5]);
      expect(failures.map(({ name }) => name)).toEqual([bad]);
    }
    rmSync(bad);
  }, 120_000);
});

/** A data set whose samples are what fragile-worker.mjs does; see there. */
function fragileSet(actions: number[]): IndexedDataset {
  return {
    kind: 'indexed',
    classes: ['x'],
    size: actions.length,
    load: async (index) => ({ name: `sample ${index}`, index, label: 0, bytes: Uint8Array.of(actions[index]!) }),
  };
}

function fragile(actions: number[], workers: number, options: Partial<BatchOptions> = {}): AsyncGenerator<Batch> {
  const script = new URL('./support/fragile-worker.mjs', import.meta.url);
  const keepSamples = typeof options.onError === 'function';
  const open = () => createWorkerPool(workers, { keepSamples, script });
  return batchesWith(fragileSet(actions), { batchSize: 5, ...options }, open);
}

/** What fragile-worker.mjs does with harmless samples, in this thread. */
const echo: Executor = {
  capacity: 1,
  run: async (samples) =>
    samples.map(({ bytes }) => ({ data: Uint8Array.of(bytes[0]!, 0, 0), height: 1, width: 1, channels: 3 })),
  close: async () => undefined,
};

describe('a worker that dies', () => {
  const actions = Array.from({ length: 40 }, (_, n) => (n === 21 ? 13 : n % 10));

  test.each([1, 3])('ends the epoch with the name of the sample it was at (%d workers)', async (workers) => {
    await expect(all(fragile(actions, workers))).rejects.toMatchObject({
      code: 'worker-died',
      sample: 'sample 21',
      message: expect.stringMatching(/^sample 21: the worker that prepared it died: .*code 3/) as string,
    });
  });

  test.each([1, 3])(
    'or the sample is left out and the others are prepared by a new one (%d workers)',
    async (workers) => {
      const failures: SampleFailure[] = [];
      const several = actions.with(22, 14).with(30, 13).with(31, 16);
      const found = await all(fragile(several, workers, { onError: (failure) => failures.push(failure) }));
      const kept = several.map((_, n) => n).filter((n) => ![21, 22, 30, 31].includes(n));
      expect(found.flatMap(({ indices }) => [...indices])).toEqual(kept);
      expect(found.flatMap(({ data }) => [...data].filter((_, i) => i % 3 === 0))).toEqual(kept.map((n) => several[n]));
      expect(failures.map(({ index, error }) => [index, 'code' in error ? error.code : ''])).toEqual([
        [21, 'worker-died'],
        [22, 'worker-died'],
        [30, 'worker-died'],
        [31, 'corrupt-image'],
      ]);
      expect(failures[1]?.error.message).toMatch(/out of order/);
    },
  );

  test('an archive that breaks off gives the same batches before the error, with any number of workers', async () => {
    const whole = fragileSet(Array.from({ length: 50 }, (_, n) => n % 10));
    const torn: Dataset = {
      kind: 'stream',
      classes: ['x'],
      async *read() {
        for (let index = 0; index < 50; index++) yield await whole.load(index);
        throw new Error('torn');
      },
    };
    const script = new URL('./support/fragile-worker.mjs', import.meta.url);
    for (const workers of [0, 1, 4]) {
      const numbers: number[] = [];
      const open = () => (workers === 0 ? echo : createWorkerPool(workers, { keepSamples: false, script }));
      const reading = (async () => {
        for await (const { number } of batchesWith(torn, { batchSize: 5 }, open)) numbers.push(number);
      })();
      await expect(reading).rejects.toThrow('torn');
      // 48 samples are six whole groups; the two that were read last are lost with the group that did not get full.
      expect(numbers, `${workers} workers`).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  test('slow workers do not change the order', async () => {
    const slow = Array.from({ length: 60 }, (_, n) => (n % 7 === 0 ? 15 : n % 10));
    const found = await all(fragile(slow, 4));
    expect(found.flatMap(({ indices }) => [...indices])).toEqual(slow.map((_, n) => n));
  });

  test('a worker whose file is missing ends the epoch', async () => {
    const script = new URL('./support/no-such-worker.mjs', import.meta.url);
    for (const keepSamples of [false, true]) {
      const found = batchesWith(fragileSet([1, 2]), { batchSize: 1 }, () =>
        createWorkerPool(1, { keepSamples, script }),
      );
      await expect(all(found)).rejects.toMatchObject({ code: 'worker-died' });
    }
  });

  test('a number of workers that is none', () => {
    for (const workers of [0, -1, 1.5, 1000]) {
      expect(() => createWorkerPool(workers, { keepSamples: false })).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
    }
  });
});

describe('the process', () => {
  const start = `
    const { loadBatches } = await from('datasets/node/index.ts');
    const { arrayDataset } = await from('datasets/index.ts');
    const set = arrayDataset({ images: new Uint8Array(500 * 3072), labels: new Uint8Array(500), classes: ['x'], size: 32 });
    const options = { batchSize: 16, workers: 2 };
  `;

  test('ends by itself after the last batch, an early break, an error, and where the loop is simply forgotten', async () => {
    const { code, stdout, stderr } = await runProcess(`${start}
      let n = 0;
      for await (const batch of loadBatches(set, options)) n += batch.labels.length;
      for await (const batch of loadBatches(set, options)) if (batch.number === 1) break;
      const bad = { ...set, load: async (index) => ({ ...(await set.load(0)), size: undefined, name: 'torn', index }) };
      const error = await loadBatches(bad, options).next().catch((reason) => reason);
      const forgotten = loadBatches(set, options);
      await forgotten.next();
      console.log(n, error.code, error.sample, error.cause.code);
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '500 bad-sample torn not-an-image\n', stderr: '' });
  }, 90_000);

  test.skipIf(process.platform !== 'linux')(
    'an early break stops the workers',
    async () => {
      const { stdout } = await runProcess(`${start}
      const threads = async () => (await import('node:fs')).readdirSync('/proc/self/task').length;
      const before = await threads();
      let during = 0;
      for await (const batch of loadBatches(set, options)) {
        during = await threads();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      console.log(during - before >= 2, during - (await threads()) >= 2);
    `);
      expect(stdout).toBe('true true\n');
    },
    90_000,
  );
});
