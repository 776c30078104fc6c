import { describe, expect, test } from 'vitest';
import { decode, ImageError } from '../src/index.js';
import { decodeFile } from '../src/node.js';
import { fixtureBytes, fixtureRecords, hasShared, sha256, sharedPath } from './support/fixtures.js';

interface ImageRecord {
  file: string;
  expect: 'pixels' | 'error' | 'either';
  size: [number, number];
  sha256: string;
  sha256_high_byte?: string;
  transposed?: { size: [number, number]; sha256: string };
}

/** What each broken file is, in our words. */
const BROKEN: Record<string, string> = {
  'broken-colour-type.png': 'corrupt-image',
  'broken-deflate.png': 'corrupt-image',
  'broken-empty.png': 'empty-file',
  'broken-header-crc.png': 'corrupt-image',
  'broken-header-only.jpg': 'truncated-image',
  'broken-huge-wide.png': 'image-too-large',
  'broken-huge.png': 'image-too-large',
  'broken-idat-crc.png': 'corrupt-image',
  'broken-no-data.png': 'corrupt-image',
  'broken-palette-missing.png': 'corrupt-image',
  'broken-text.png': 'not-an-image',
  'broken-truncated-in-header.png': 'truncated-image',
  'broken-truncated-progressive.jpg': 'truncated-image',
  'broken-truncated.jpg': 'truncated-image',
  'broken-truncated.png': 'truncated-image',
  'broken-zero-width.png': 'corrupt-image',
};

const records = fixtureRecords<ImageRecord>('images.jsonl');
/** Kinds that the goldens leave out, made by `generate/more_images.py`. */
const more = fixtureRecords<ImageRecord>('more-images.jsonl');
const broken = records.filter(({ file }) => file.includes('/broken-'));
const readable = records.filter((record) => !broken.includes(record));

describe('what Pillow decodes, bit for bit', () => {
  test('the records are all accounted for', () => {
    expect([readable.length, more.length, broken.length]).toEqual([60, 55, 16]);
  });

  for (const record of [...readable, ...more]) {
    test(record.file, async () => {
      const bytes = fixtureBytes(record.file);
      // JPEG and lossy WebP too: mozjpeg and libjpeg-turbo, libwebp 1.0 and Pillow's, agree on every file here.
      const stored = await decode(bytes, { applyOrientation: false });
      expect([stored.height, stored.width, stored.channels]).toEqual([...record.size, 3]);
      // 16-bit grey: the high byte, since Pillow's own answer is 255 everywhere.
      expect(sha256(stored.data)).toBe(record.sha256_high_byte ?? record.sha256);

      const upright = await decode(bytes);
      const expected = record.transposed ?? { size: record.size, sha256: sha256(stored.data) };
      expect([upright.height, upright.width]).toEqual(expected.size);
      expect(sha256(upright.data)).toBe(expected.sha256);
    });
  }

  test('orientations 1 to 8 are among them', () => {
    const transposed = readable.filter((record) => record.transposed).map(({ file }) => file);
    for (const orientation of [2, 3, 4, 5, 6, 7, 8]) expect(transposed).toContain(`images/jpeg-exif${orientation}.jpg`);
  });
});

describe('files that are refused', () => {
  for (const { file } of broken) {
    const name = file.slice('images/'.length);
    test(`${name}: ${BROKEN[name]}`, async () => {
      const error = await decode(fixtureBytes(file)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ImageError);
      expect(error).toMatchObject({ code: BROKEN[name] });
    });
  }
});

describe.skipIf(!hasShared('Pillow’s hashes of the photographs and of the hymenoptera pictures'))(
  'real photographs',
  () => {
    test('every photograph has Pillow’s pixels', async () => {
      const photos = fixtureRecords<{ file: string; size: [number, number]; sha256: string }>('shared-photos.jsonl');
      expect(photos.length).toBeGreaterThan(250);
      const wrong: string[] = [];
      for (const { file, size, sha256: expected } of photos) {
        const image = await decodeFile(sharedPath(file));
        if (`${image.height}x${image.width}` !== size.join('x') || sha256(image.data) !== expected) wrong.push(file);
      }
      expect(wrong).toEqual([]);
    });
  },
);
