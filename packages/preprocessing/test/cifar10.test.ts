import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CIFAR10_CLASSES,
  DatasetError,
  decode,
  readCifar10Binary,
  readCifar10JpegTar,
  type Split,
} from '../src/index.js';
import { readCifar10BinaryFile, readCifar10Jpeg } from '../src/node.js';
import { fixtureBytes, hasShared, sharedPath } from './support/fixtures.js';

describe('the binary format', () => {
  test('planes become pixels', () => {
    const record = (label: number): number[] => [
      label,
      ...Array.from({ length: 3072 }, (_, i) => (i * 7 + label) & 255),
    ];
    const { images, labels, classes, size } = readCifar10Binary(Uint8Array.from([...record(3), ...record(9)]));
    expect([...labels]).toEqual([3, 9]);
    expect([classes.length, size, images.length]).toEqual([10, 32, 2 * 3072]);
    for (const [n, label] of [3, 9].entries()) {
      for (const [pixel, channel] of [
        [0, 0],
        [0, 2],
        [1023, 1],
        [500, 0],
      ] as const) {
        expect(images[n * 3072 + pixel * 3 + channel]).toBe(((channel * 1024 + pixel) * 7 + label) & 255);
      }
    }
  });

  test('a file that is none is a DatasetError', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(3072), new Uint8Array(3073).fill(10)]) {
      expect(() => readCifar10Binary(bytes)).toThrow(DatasetError);
    }
  });

  test.skipIf(!hasShared('the 4000 lossless training pictures'))('the 4000 lossless training pictures', async () => {
    const { images, labels } = await readCifar10BinaryFile(sharedPath('datasets/cifar10-lossless-train4000.bin.gz'));
    expect([labels.length, images.length]).toEqual([4000, 4000 * 3072]);
    expect(new Set(labels).size).toBe(10);
  });
});

describe('the JPEG tree in a tar.gz', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convzoo-cifar-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let tiles: Buffer[];

  function stream(bytes: Uint8Array): ReadableStream<Uint8Array> {
    return new Response(bytes.slice()).body as ReadableStream<Uint8Array>;
  }

  async function tarGz(files: Record<string, Uint8Array>): Promise<Buffer> {
    const entries = Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length }, body }));
    return gzipSync(await packTar(entries));
  }

  beforeAll(() => {
    tiles = [1, 2, 3].map((n) => fixtureBytes(`cifar-tile-${n}.jpg`));
  });

  test('sorted by name whatever the order in the archive; other files and splits are passed over', async () => {
    const [a, b, c] = tiles as [Buffer, Buffer, Buffer];
    const archive = await tarGz({
      'cifar10/train/truck/0001.jpg': c,
      'cifar10/README.md': Buffer.from('text'),
      'cifar10/train/truck/0000.jpg': b,
      'cifar10/test/cat/0000.jpg': c,
      'cifar10/train/bird/0000.jpg': a,
    });
    const train = await readCifar10JpegTar(stream(archive), 'train');
    expect([...train.labels]).toEqual([2, 9, 9]);
    const pixels = (await Promise.all([a, b, c].map((bytes) => decode(bytes)))).map(({ data }) => [...data]);
    expect([...train.images]).toEqual(pixels.flat());

    const path = join(folder, 'tiny.tar.gz');
    writeFileSync(path, archive);
    expect(await readCifar10Jpeg(path, 'train')).toEqual(train);
    expect([...(await readCifar10Jpeg(path, 'test')).labels]).toEqual([CIFAR10_CLASSES.indexOf('cat')]);
  });

  test('what is wrong is named', async () => {
    const [a] = tiles as [Buffer];
    const whole = await tarGz({ 'x/train/cat/1.jpg': a });
    const cases: [string, Uint8Array, RegExp][] = [
      ['another class', await tarGz({ 'x/train/whale/1.jpg': a }), /whale/],
      ['no such split', await tarGz({ 'x/test/cat/1.jpg': a }), /train/],
      ['a broken picture', await tarGz({ 'x/train/cat/1.jpg': a.subarray(0, 300) }), /x\/train\/cat\/1\.jpg: JPEG/],
      [
        'another size',
        await tarGz({ 'x/train/cat/1.jpg': fixtureBytes('images/jpeg-420.jpg') }),
        /x\/train\/cat\/1\.jpg/,
      ],
      ['a small picture', await tarGz({ 'x/train/cat/1.jpg': fixtureBytes('images/png-rgb8-1x1.png') }), /1x1/],
      ['not gzip', Buffer.from('hello'), /tar\.gz/],
      ['cut gzip', whole.subarray(0, whole.length - 200), /tar\.gz/],
      ['not tar', gzipSync(Buffer.alloc(2048, 1)), /tar\.gz/],
    ];
    for (const [title, bytes, message] of cases) {
      const error = await readCifar10JpegTar(stream(bytes), 'train').catch((reason: unknown) => reason);
      expect(error, title).toBeInstanceOf(DatasetError);
      expect((error as Error).message, title).toMatch(message);
    }
  });

  test.skipIf(!hasShared('the 10,000 test pictures of CIFAR-10'))('the 10,000 test pictures', async () => {
    const path = sharedPath('datasets/cifar10-jpeg.tar.gz');
    const { images, labels } = await readCifar10Jpeg(path, 'test' satisfies Split);
    expect(labels).toEqual(Uint8Array.from({ length: 10_000 }, (_, i) => Math.floor(i / 1000)));
    expect(images.length).toBe(10_000 * 3072);
    expect(readFileSync(path).length).toBe(19_427_698);
  });
});
