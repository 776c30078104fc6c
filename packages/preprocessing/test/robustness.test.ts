import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, type Image, ImageError } from '../src/index.js';
import { fixtureBytes } from './support/fixtures.js';

/** Every way through each decoder; each file is small. */
const CORPUS: Record<string, readonly string[]> = {
  jpeg: [
    'images/jpeg-420.jpg',
    'images/jpeg-420-restart.jpg',
    'images/jpeg-444-progressive.jpg',
    'images/jpeg-grey.jpg',
    'images/jpeg-exif6.jpg',
    'more-images/jpeg-440.jpg',
  ],
  'jpeg cmyk': [
    'images/jpeg-cmyk.jpg',
    'images/jpeg-ycck.jpg',
    'more-images/jpeg-cmyk-restart.jpg',
    'more-images/jpeg-ycck-420-progressive.jpg',
  ],
  png: [
    'images/png-rgb8.png',
    'images/png-rgba16-interlaced.png',
    'images/png-palette4-interlaced.png',
    'images/png-grey1.png',
    'images/png-rgb8-many-idat.png',
    'images/png-rgb8-exif6.png',
  ],
  webp: [
    'images/webp-lossy.webp',
    'images/webp-lossless.webp',
    'images/webp-lossy-alpha.webp',
    'more-images/webp-lossy-exif6.webp',
    'more-images/webp-animated-offset.webp',
  ],
  gif: [
    'images/gif-interlaced.gif',
    'images/gif-transparent.gif',
    'more-images/gif-offset.gif',
    'more-images/gif-only-local-palette.gif',
    'more-images/gif-full-table-kept.gif',
  ],
  bmp: [
    'images/bmp-rgb24.bmp',
    'images/bmp-palette8.bmp',
    'images/bmp-grey1.bmp',
    'more-images/bmp-rle8.bmp',
    'more-images/bmp-rle4.bmp',
    'more-images/bmp-rgb565-bitfields.bmp',
  ],
};
const DECODERS = Object.entries(CORPUS).map(([decoder, names]) => ({
  decoder,
  files: names.map((name) => ({ name, bytes: new Uint8Array(fixtureBytes(name)) })),
}));
const FILES = DECODERS.flatMap(({ files }) => files);

/** Mutated headers may ask for large pictures; this keeps the test fast and is itself a limit that must hold. */
const MAX_PIXELS = 1_000_000;
/** Milliseconds that no case may take, with room for a busy machine: they take 1 to 20. */
const TIME_LIMIT = 3000;

/** Milliseconds for a test of hundreds of cases. */
const SLOW = 60_000;

/** Anything but a picture of the right number of bytes or an ImageError, in time, is a bug. */
async function outcome(bytes: Uint8Array): Promise<Image | ImageError> {
  const start = performance.now();
  try {
    const image = await decode(bytes, { maxPixels: MAX_PIXELS });
    expect(image.data).toHaveLength(image.width * image.height * 3);
    expect(image.width * image.height).toBeLessThanOrEqual(MAX_PIXELS);
    return image;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return error;
  } finally {
    expect(performance.now() - start).toBeLessThan(TIME_LIMIT);
  }
}

/** Bytes at the end that a decoder need not see: a GIF's trailer, a BMP's end of bitmap. */
function needless(name: string): number {
  if (name.endsWith('.gif')) return 1;
  return name.includes('rle') ? 2 : 0;
}

describe.each(DECODERS)('$decoder: a picture or an ImageError', ({ files }) => {
  const file = fc.constantFrom(...files);

  test('a file cut anywhere is never a picture', async () => {
    for (const { name, bytes } of files) {
      const end = bytes.length - needless(name);
      const step = Math.max(1, Math.floor(end / 100));
      for (let length = 0; length < end; length += step) {
        const result = await outcome(bytes.slice(0, length));
        const what = `${name} cut to ${length} of ${bytes.length} bytes`;
        expect(result, what).toBeInstanceOf(ImageError);
        expect(allowedCodes(name, length), what).toContain((result as ImageError).code);
      }
    }
  });

  test('bytes changed at random', async () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    // Headers and tables stand at the beginning, and most of what can go wrong is in them.
    const edits = fc.tuple(fc.boolean(), fc.array(change, { minLength: 1, maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(file, edits, async ({ bytes }, [early, changes]) => {
        const mutated = bytes.slice();
        const range = early ? Math.min(200, mutated.length) : mutated.length;
        for (const [at, value] of changes) mutated[at % range] = value;
        await outcome(mutated);
      }),
      { numRuns: 300 },
    );
  });

  test('pieces cut out, doubled and put together with other files', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.constantFrom(...FILES), fc.nat(), fc.nat(), async (a, b, i, j) => {
        const head = a.bytes.subarray(0, i % a.bytes.length);
        const tail = b.bytes.subarray(j % b.bytes.length);
        const spliced = new Uint8Array(head.length + tail.length);
        spliced.set(head);
        spliced.set(tail, head.length);
        await outcome(spliced);
      }),
      { numRuns: 100 },
    );
  });

  test('random bytes behind its first ones', async () => {
    const tail = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 2, max: 40 }), tail, async ({ bytes }, length, rest) => {
        await outcome(Uint8Array.from([...bytes.subarray(0, length), ...rest]));
      }),
      { numRuns: 100 },
    );
  });

  test('a good picture decodes after all that, also out of a view into a larger buffer', async () => {
    for (const { bytes } of files) {
      const larger = new Uint8Array(bytes.length + 13);
      larger.set(bytes, 7);
      expect(await decode(larger.subarray(7, 7 + bytes.length))).toEqual(await decode(bytes));
    }
  });
});

function allowedCodes(name: string, length: number): readonly string[] {
  if (length === 0) return ['empty-file'];
  // The first bytes are no signature yet.
  const signature = name.endsWith('.webp') ? 12 : name.endsWith('.gif') ? 4 : 2;
  return length < signature ? ['truncated-image', 'not-an-image'] : ['truncated-image'];
}

test(
  'a thousand failures of the WebAssembly decoders leave the memory as it was',
  async () => {
    const bad = ['images/jpeg-420.jpg', 'images/webp-lossless.webp', 'images/jpeg-cmyk.jpg'].map((name) => {
      const bytes = new Uint8Array(fixtureBytes(name));
      // Past the headers, so that the decoders themselves fail: a JPEG's tables, a WebP's codes.
      bytes.fill(0xfe, name.includes('webp') ? 26 : 140, name.includes('webp') ? 60 : 160);
      return bytes;
    });
    const rss: number[] = [];
    for (let i = 0; i < 1000; i++) {
      expect(await outcome(bad[i % bad.length] as Uint8Array)).toBeInstanceOf(ImageError);
      if (i % 50 === 49) rss.push(process.memoryUsage().rss);
    }
    // What the process holds after a tenth of them, and at the end.
    expect((rss.at(-1) as number) - (rss[1] as number)).toBeLessThan(60e6);
  },
  SLOW,
);

test('random bytes are no picture', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await outcome(bytes);
    }),
    { numRuns: 200 },
  );
});
