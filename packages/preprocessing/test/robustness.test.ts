import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, type Image, ImageError } from '../src/index.js';
import { fixtureBytes } from './support/fixtures.js';

/** One or more of each decoder's ways through; each file is small. */
const FILES = [
  'jpeg-420.jpg',
  'jpeg-420-restart.jpg',
  'jpeg-444-progressive.jpg',
  'jpeg-grey.jpg',
  'jpeg-exif6.jpg',
  'png-rgb8.png',
  'png-rgba16-interlaced.png',
  'png-palette4-interlaced.png',
  'png-grey1.png',
  'png-rgb8-many-idat.png',
  'png-rgb8-exif6.png',
  'bmp-rgb24.bmp',
  'bmp-palette8.bmp',
  'bmp-grey1.bmp',
].map((name) => ({ name, bytes: new Uint8Array(fixtureBytes(`images/${name}`)) }));

/** Mutated headers may ask for large pictures; this keeps the test fast and is itself a limit that must hold. */
const MAX_PIXELS = 1_000_000;

/** Anything but a picture of the right number of bytes or an ImageError is a bug. */
async function outcome(bytes: Uint8Array): Promise<Image | ImageError> {
  try {
    const image = await decode(bytes, { maxPixels: MAX_PIXELS });
    expect(image.data).toHaveLength(image.width * image.height * 3);
    expect(image.width * image.height).toBeLessThanOrEqual(MAX_PIXELS);
    return image;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return error;
  }
}

const file = fc.constantFrom(...FILES);

describe('every decoder answers with a picture or an ImageError', () => {
  test('a file cut anywhere is never a picture', async () => {
    for (const { name, bytes } of FILES) {
      const step = Math.max(1, Math.floor(bytes.length / 150));
      for (let length = 0; length < bytes.length; length += step) {
        const result = await outcome(bytes.slice(0, length));
        expect(result, `${name} cut to ${length} of ${bytes.length} bytes`).toBeInstanceOf(ImageError);
        const code = (result as ImageError).code;
        // The first byte or two of a BMP are no signature yet.
        const allowed =
          length === 0 ? ['empty-file'] : length < 2 ? ['truncated-image', 'not-an-image'] : ['truncated-image'];
        expect(allowed, `${name} cut to ${length} of ${bytes.length} bytes`).toContain(code);
      }
    }
  });

  test('bytes changed at random', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(file, changes, async ({ bytes }, edits) => {
        const mutated = bytes.slice();
        for (const [at, value] of edits) mutated[at % mutated.length] = value;
        await outcome(mutated);
      }),
      { numRuns: 600 },
    );
  });

  test('pieces cut out, doubled and put together', async () => {
    await fc.assert(
      fc.asyncProperty(file, file, fc.nat(), fc.nat(), async (a, b, i, j) => {
        const head = a.bytes.subarray(0, i % a.bytes.length);
        const tail = b.bytes.subarray(j % b.bytes.length);
        const spliced = new Uint8Array(head.length + tail.length);
        spliced.set(head);
        spliced.set(tail, head.length);
        await outcome(spliced);
      }),
      { numRuns: 300 },
    );
  });

  test('random bytes behind each signature', async () => {
    const signatures = [[0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], [0x42, 0x4d], []];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 300 }), async (signature, rest) => {
        await outcome(Uint8Array.from([...signature, ...rest]));
      }),
      { numRuns: 300 },
    );
  });

  test('a good picture decodes after all that, also out of a view into a larger buffer', async () => {
    for (const { bytes } of FILES) {
      const larger = new Uint8Array(bytes.length + 13);
      larger.set(bytes, 7);
      expect(await decode(larger.subarray(7, 7 + bytes.length))).toEqual(await decode(bytes));
    }
  });
});
