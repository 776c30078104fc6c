import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { inStoredOrder, type RawSample } from '../src/datasets/index.js';
import { readCifar10Binary } from '../src/index.js';
import { cifar10File, cifar100File, idxFiles, imageFolder, readCifar10BinaryFile } from '../src/node.js';
import { all } from './support/archives.js';
import { hasShared, sha256, sharedPath } from './support/fixtures.js';

const root = mkdtempSync(join(tmpdir(), 'convzoo-datasets-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(name: string, bytes: Uint8Array | string = 'x'): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

describe('imageFolder', () => {
  // Made with torchvision 0.29: [os.path.relpath(path, root) + f" {label}" for path, label in ImageFolder(root).samples]
  test('classes and pictures in the order of torchvision', async () => {
    const files = [
      'dog/b.jpg',
      'dog/a.PNG',
      'dog/a.txt',
      'dog/deep/z.jpeg',
      'dog/deep/er/c.bmp',
      'dog/deep-er/y.webp',
      'dog/Z.jpg',
      'Cat/\uffee.jpg',
      'Cat/\u{1f431}.jpg',
      'Cat/10.jpg',
      'Cat/9.jpg',
      'Cat/noextension',
      'a file.jpg',
      'bird/jpg/x.jpg',
    ];
    for (const file of files) write(`order/${file}`);
    const set = await imageFolder(join(root, 'order'));
    expect(set.classes).toEqual(['Cat', 'bird', 'dog']);
    const samples = await all(inStoredOrder(set));
    expect(samples.map(({ name, label }) => `${name.slice(root.length + 7)} ${label}`)).toEqual([
      'Cat/10.jpg 0',
      'Cat/9.jpg 0',
      'Cat/\uffee.jpg 0',
      'Cat/\u{1f431}.jpg 0',
      'bird/jpg/x.jpg 1',
      'dog/Z.jpg 2',
      'dog/a.PNG 2',
      'dog/b.jpg 2',
      'dog/deep/z.jpeg 2',
      'dog/deep-er/y.webp 2',
      'dog/deep/er/c.bmp 2',
    ]);
    expect(samples.map(({ index }) => index)).toEqual(Array.from({ length: 11 }, (_, i) => i));
  });

  test('links are followed, and come to an end where they go in a circle', async () => {
    write('links/real/a/1.jpg');
    write('links/set/x/2.jpg');
    symlinkSync(join(root, 'links/real/a'), join(root, 'links/set/linked'));
    symlinkSync(join(root, 'links/set/x'), join(root, 'links/set/x/again'));
    const set = await imageFolder(join(root, 'links/set'));
    expect([set.classes, set.size]).toEqual([['linked', 'x'], 2]);
  });

  test('mistakes are named', async () => {
    write('empty/full/1.jpg');
    write('empty/void/readme.txt');
    await expect(imageFolder(join(root, 'empty'))).rejects.toThrow(/empty: no picture \(\.jpg, .* in void$/);
    await expect(imageFolder(join(root, 'empty/full'))).rejects.toThrow(/holds no folders; each class needs one/);
    await expect(imageFolder(join(root, 'nowhere'))).rejects.toThrow(/nowhere: no folder that can be read/);
    const set = await imageFolder(join(root, 'empty'), { extensions: ['jpg', 'txt'] });
    await expect(set.load(2)).rejects.toThrow('there is no sample 2: the data set has 2');
  });

  test('hymenoptera: 396 photographs of ants and bees', async ({ skip }) => {
    skip(!hasShared('hymenoptera'), '../shared is missing');
    const counts = ['train', 'val'].map((part) => imageFolder(sharedPath(`datasets/hymenoptera/${part}`)));
    const [train, val] = await Promise.all(counts);
    expect([train?.size, val?.size, train?.classes]).toEqual([243, 153, ['ants', 'bees']]);
  });
});

/** Records of CIFAR with `labelBytes` label bytes, whose pixels depend on everything. */
function cifarRecords(labels: number[][]): Uint8Array {
  return Uint8Array.from(
    labels.flatMap((label, n) => [...label, ...Array.from({ length: 3072 }, (_, i) => (i * 7 + n * 31) & 255)]),
  );
}

const plainly = ({ index, label, bytes, size }: RawSample) => [index, label, sha256(bytes), size];

describe('CIFAR files', () => {
  const records = cifarRecords([[3], [9], [0]]);

  test('plain ones are read in any order, gzipped ones from their beginning, to the pixels of readCifar10Binary', async () => {
    const { images, labels } = readCifar10Binary(records);
    const expected = Array.from(labels, (label, n) => [
      n,
      label,
      sha256(images.subarray(n * 3072, n * 3072 + 3072)),
      { height: 32, width: 32 },
    ]);
    const plain = await cifar10File(write('cifar/batch.bin', records));
    const gzipped = await cifar10File(write('cifar/batch.bin.gz', gzipSync(records)));
    expect([plain.kind, gzipped.kind]).toEqual(['indexed', 'stream']);
    for (const set of [plain, gzipped]) expect((await all(inStoredOrder(set))).map(plainly)).toEqual(expected);
    if (plain.kind === 'indexed') expect(plainly(await plain.load(2))).toEqual(expected[2]);
  });

  test('CIFAR-100: fine and coarse labels', async () => {
    const path = write(
      'cifar/100.bin',
      cifarRecords([
        [19, 99],
        [3, 0],
      ]),
    );
    const labels = async (options: Parameters<typeof cifar100File>[1]) =>
      (await all(inStoredOrder(await cifar100File(path, options)))).map(({ label }) => label);
    expect(await labels({})).toEqual([99, 0]);
    expect(await labels({ labels: 'coarse' })).toEqual([19, 3]);
    await expect(cifar100File(path, { classes: ['x'] })).rejects.toThrow(
      'CIFAR-100 has 100 fine classes, got the names of 1',
    );
  });

  test('what is wrong is named', async () => {
    const cut = records.subarray(0, 5000);
    await expect(cifar10File(write('cifar/cut.bin', cut))).rejects.toThrow(
      /cut\.bin: 5000 bytes are not whole records of 3073/,
    );
    await expect(cifar10File(write('cifar/none.bin', ''))).rejects.toThrow(/none\.bin: 0 bytes/);
    const gzipped = await cifar10File(write('cifar/cut.gz', gzipSync(cut)));
    await expect(all(inStoredOrder(gzipped))).rejects.toThrow(/cut\.gz: record 1 has 1927 bytes, expected 3073/);
    const torn = await cifar10File(write('cifar/torn.gz', gzipSync(records).subarray(0, 300)));
    await expect(all(inStoredOrder(torn))).rejects.toThrow(/torn\.gz: /);
    const label = await cifar10File(write('cifar/label.bin', cifarRecords([[1], [10]])));
    await expect(all(inStoredOrder(label))).rejects.toThrow(/label\.bin, record 1 has label 10, expected 0 to 9/);
  });

  test('the 4000 lossless pictures, record by record', async ({ skip }) => {
    skip(!hasShared('the 4000 lossless pictures'), '../shared is missing');
    const path = sharedPath('datasets/cifar10-lossless-train4000.bin.gz');
    const { images, labels } = await readCifar10BinaryFile(path);
    let n = 0;
    for await (const { label, bytes } of inStoredOrder(await cifar10File(path))) {
      if (label !== labels[n] || !Buffer.from(bytes).equals(images.subarray(n * 3072, n * 3072 + 3072)))
        throw new Error(`${n}`);
      n += 1;
    }
    expect(n).toBe(4000);
  });
});

function idx(magic: number, sizes: number[], body: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, magic);
  for (const [n, size] of sizes.entries()) header.setUint32(4 + 4 * n, size);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...body]);
}

describe('IDX files', () => {
  const pixels = Uint8Array.from({ length: 3 * 6 }, (_, i) => i * 10);
  const images = idx(0x0803, [3, 2, 3], pixels);
  const labels = idx(0x0801, [3], Uint8Array.of(7, 0, 9));

  test('grey becomes RGB, plain or gzipped', async () => {
    const plain = { images: write('idx/images', images), labels: write('idx/labels', labels) };
    const gzipped = { images: write('idx/images.gz', gzipSync(images)), labels: plain.labels };
    for (const [files, kind] of [
      [plain, 'indexed'],
      [gzipped, 'stream'],
    ] as const) {
      const set = await idxFiles(files);
      expect(set.kind).toBe(kind);
      const samples = await all(inStoredOrder(set));
      expect(samples.map(({ index, label, size }) => [index, label, size])).toEqual(
        [7, 0, 9].map((label, index) => [index, label, { height: 2, width: 3 }]),
      );
      for (const [n, { bytes }] of samples.entries()) {
        expect([...bytes]).toEqual([...pixels.subarray(n * 6, n * 6 + 6)].flatMap((grey) => [grey, grey, grey]));
      }
    }
  });

  const cases: [string, Uint8Array, Uint8Array, RegExp][] = [
    ['other counts', images, idx(0x0801, [2], Uint8Array.of(1, 2)), /3 pictures, but 2 labels/],
    ['labels for pictures', labels, labels, /not an IDX file of pictures/],
    ['pictures for labels', images, images, /not an IDX file of labels/],
    ['sizes beyond reason', idx(0x0803, [1, 2 ** 31, 2 ** 31], pixels), labels, /2147483648x2147483648 pixels/],
    ['no size', idx(0x0803, [3, 0, 3], pixels), labels, /3x0 pixels/],
    ['cut off', images.subarray(0, 30), labels, /truncated|cut off/],
    ['labels cut off', images, labels.subarray(0, 10), /truncated|cut off/],
    ['a label beyond', images, idx(0x0801, [3], Uint8Array.of(1, 2, 10)), /record 2 has label 10, expected 0 to 9/],
    ['nothing', new Uint8Array(0), labels, /not an IDX file/],
  ];
  test.each(cases)('%s', async (title, a, b, message) => {
    for (const pack of [(x: Uint8Array) => x, gzipSync]) {
      const name = `idx/${title.replaceAll(' ', '-')}-${pack === gzipSync}`;
      const run = async () =>
        all(
          inStoredOrder(await idxFiles({ images: write(`${name}-i`, pack(a)), labels: write(`${name}-l`, pack(b)) })),
        );
      await expect(run()).rejects.toThrow(message);
      await expect(run()).rejects.toMatchObject({ code: 'invalid-dataset' });
    }
  });
});
