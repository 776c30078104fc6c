// Runs in Node and in Chromium: nothing here may be for one of them only.
import { packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { type Augmentation, augmentations, compose } from '../src/augment/index.js';
import { arrayDataset, type ByteSource, batches, loadDataset, streamIdx, tarTree } from '../src/datasets/index.js';
import { normalisations } from '../src/index.js';
import { syntheticImage } from './support/synthetic.js';
import { hashOf, pictureBytes } from './support/vectors.js';

/** Bytes as a page gets them: a Blob's stream, compressed by the platform. */
function gzipped(name: string, bytes: Uint8Array): ByteSource {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  return { name, open: () => blob.stream().pipeThrough(new CompressionStream('gzip')) };
}

/** Every kind that draws, one after the other. */
const everything: Augmentation = compose([
  augmentations.randomResizedCrop(48),
  augmentations.randomCrop(40, { padding: 4 }),
  augmentations.paddedCropFlip(),
  augmentations.randomHorizontalFlip(),
  augmentations.randomVerticalFlip(),
  augmentations.randomRotation(30, { interpolation: 'bilinear' }),
  augmentations.randomAffine(20, {
    translate: [0.1, 0.1],
    scale: [0.8, 1.2],
    shear: [-9, 9, -9, 9],
    interpolation: 'bilinear',
  }),
  augmentations.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.2 }),
  augmentations.randomGrayscale(),
  augmentations.gaussianBlur(5),
  augmentations.randAugment({ numOps: 3 }),
  augmentations.trivialAugmentWide(),
  augmentations.randomErasing({ value: 'random' }),
  augmentations.cutout(8),
]);

/** SHA-256 of each batch of an epoch. */
async function hashes(found: AsyncIterable<{ readonly data: Uint8Array | Float32Array }>): Promise<string[]> {
  const all: string[] = [];
  for await (const { data } of found)
    all.push(await hashOf(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  return all;
}

describe('the same bytes in every engine', () => {
  test('everything that draws, on 200 samples', async () => {
    const image = syntheticImage('smooth', 64, 64);
    const images = new Uint8Array(200 * image.data.length);
    for (let n = 0; n < 200; n++) images.set(image.data, n * image.data.length);
    const set = arrayDataset({ images, labels: new Uint8Array(200), classes: ['x'], size: 64 });
    const found = batches(set, { batchSize: 100, shuffle: true, seed: 7, epoch: 3, augment: everything });
    // As Node 20 gave them.
    expect(await hashes(found)).toEqual([
      '53ddc1fef9ffb5cd71bd5c0fe2e02e027eb6862c95d5268e3be96aba2509f481',
      'e7a563e6c8af15f7d2c28c00672c5c598f51a60c04e1925245b56ae12426ace9',
    ]);
  });

  test('pictures out of a tar.gz', async () => {
    const names = ['jpeg-420.jpg', 'png-rgb8.png', 'jpeg-grey.jpg', 'png-palette8.png'];
    const files = await Promise.all(
      names.map(async (name, n) => {
        const body = await pictureBytes(`images/${name}`);
        return { header: { name: `set/train/${n % 2 ? 'a' : 'b'}/${name}`, size: body.length }, body };
      }),
    );
    const set = tarTree([gzipped('set.tar.gz', await packTar(files))], { classes: ['a', 'b'], under: 'train' });
    const options = { batchSize: 3, shuffle: true, augment: augmentations.randomResizedCrop(32), seed: 1, epoch: 1 };
    expect(await hashes(batches(set, { ...options, normalise: normalisations.torch }))).toEqual([
      'b0f9e484e07db1d93b1fc4d8e77925fba7484f9020ce07d015e44903bc9490ba',
      '04e40bc60c528c16f36da3f8ef371106cdc30d1694adf0e384ae997d7edd6482',
    ]);
  });

  test('IDX, gzipped and in memory', async () => {
    const images = Uint8Array.of(
      0,
      0,
      8,
      3,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      3,
      ...Array.from({ length: 12 }, (_, i) => i),
    );
    const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 1);
    const set = await loadDataset(streamIdx({ images: gzipped('images', images), labels: gzipped('labels', labels) }));
    const { value: batch } = await batches(set, { batchSize: 9 }).next();
    expect([...(batch?.labels ?? [])]).toEqual([7, 1]);
    expect([...(batch?.data.subarray(0, 9) ?? [])]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });
});
