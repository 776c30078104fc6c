import { describe, expect, test } from 'vitest';
import { hasShared, sharedPath } from './support/fixtures.js';
import { runProcess } from './support/processes.js';

/**
 * Streams 10,000 pictures in a process of its own. The growth is that of the largest sum of heap and external memory
 * (typed arrays count as external), measured after a collection every tenth of the way, over what it was after the first
 * batch.
 */
const measure = `
  async function grow(batches) {
    const used = () => {
      for (let n = 0; n < 2; n++) gc();
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / 2 ** 20;
    };
    let start;
    let most = -Infinity;
    let pictures = 0;
    let next = 1000;
    for await (const { labels } of batches) {
      start ??= used();
      pictures += labels.length;
      if (pictures >= next) {
        next += 1000;
        most = Math.max(most, used());
      }
    }
    console.log(JSON.stringify({ pictures, growth: most - start }));
  }
  const { augmentations, compose } = await from('augment/index.ts');
  const { normalisations } = await from('normalise.ts');
  const { loadBatches, fileSource } = await from('datasets/node/index.ts');
  const sets = await from('datasets/index.ts');
`;

interface Result {
  readonly pictures: number;
  /** Megabytes. */
  readonly growth: number;
}

async function run(body: string, argument: unknown): Promise<Result> {
  const { code, stdout, stderr } = await runProcess(`${measure}\n${body}`, {
    argument,
    flags: ['--expose-gc'],
    seconds: 240,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Result;
}

const LIMIT = 50;

describe('10,000 pictures streamed', () => {
  // As float32 at 64x64 they would be 470 MB.
  const synthetic = `
    const set = {
      kind: 'indexed',
      classes: ['x'],
      size: 10_000,
      async load(index) {
        const bytes = new Uint8Array(80 * 80 * 3).fill(index & 255);
        return { name: 'synthetic ' + index, index, label: 0, bytes, size: { height: 80, width: 80 } };
      },
    };
    const augment = compose([augmentations.randomResizedCrop(64), augmentations.colorJitter({ brightness: 0.4 })]);
    await grow(loadBatches(set, { batchSize: 32, shuffle: true, augment, normalise: normalisations.torch, workers: argument }));
  `;

  test.each([0, 2])(
    'made on the way, with %d workers, grow the memory by at most 50 MB',
    async (workers) => {
      const { pictures, growth } = await run(synthetic, workers);
      expect(pictures).toBe(10_000);
      expect(growth).toBeLessThan(LIMIT);
    },
    250_000,
  );

  const shared = hasShared('10,000 JPEG files out of cifar10-jpeg.tar.gz in bounded memory');
  test.skipIf(!shared)(
    'out of a tar.gz of JPEG files, with 2 workers, grow the memory by at most 50 MB',
    async () => {
      const body = `
      const set = sets.tarTree([fileSource(argument)], { classes: sets.CIFAR10_CLASSES, under: 'test' });
      await grow(loadBatches(set, { batchSize: 128, shuffle: true, normalise: normalisations.torch, workers: 2 }));
    `;
      const { pictures, growth } = await run(body, sharedPath('datasets/cifar10-jpeg.tar.gz'));
      expect(pictures).toBe(10_000);
      expect(growth).toBeLessThan(LIMIT);
    },
    250_000,
  );

  test('and a set that is kept in memory would be noticed', async () => {
    const body = `${synthetic.replace('await grow(', 'const kept = []; await grow(keep(').replace(/\);\s*$/, '));')}
      async function* keep(batches) {
        for await (const batch of batches) {
          kept.push(batch);
          yield batch;
        }
      }
    `;
    expect((await run(body, 0)).growth).toBeGreaterThan(LIMIT);
  }, 250_000);
});
