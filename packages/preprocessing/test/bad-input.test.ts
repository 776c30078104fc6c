import { describe, expect, test } from 'vitest';
import { createImage, decode, encode, type Image, ImageError } from '../src/index.js';
import { fixtureBytes, sha256, syntheticImage } from './support/fixtures.js';

/** A file with bytes replaced from `at` on. */
function patched(name: string, at: number, ...bytes: number[]): Uint8Array {
  const copy = new Uint8Array(fixtureBytes(name));
  copy.set(bytes, at);
  return copy;
}

const indexOf = (name: string, ...bytes: number[]): number => fixtureBytes(name).indexOf(Buffer.from(bytes));

/** Each format with a header that announces a picture of absurd size, in a file of some hundred bytes. */
const HUGE: Record<string, Uint8Array> = {
  'JPEG of 65535x65535': patched(
    'images/jpeg-420.jpg',
    indexOf('images/jpeg-420.jpg', 0xff, 0xc0) + 5,
    255,
    255,
    255,
    255,
  ),
  'CMYK JPEG of 65535x65535': patched(
    'images/jpeg-cmyk.jpg',
    indexOf('images/jpeg-cmyk.jpg', 0xff, 0xc0) + 5,
    ...[255, 255, 255, 255],
  ),
  'PNG of 100000x100000': new Uint8Array(fixtureBytes('images/broken-huge.png')),
  'lossy WebP of 16383x16383': patched('images/webp-lossy.webp', 26, 0xff, 0x3f, 0xff, 0x3f),
  'lossless WebP of 16384x16384': patched('images/webp-lossless.webp', 21, 0xff, 0xff, 0xff, 0x0f),
  'animated WebP with a canvas of 2^24x2^24': patched(
    'more-images/webp-animated-offset.webp',
    24,
    ...Array(6).fill(255),
  ),
  'GIF of 65535x65535': patched('images/gif-plain.gif', 6, 255, 255, 255, 255),
  'GIF with a frame of 65535x65535': patched(
    'more-images/gif-offset.gif',
    indexOf('more-images/gif-offset.gif', 0x2c, 7, 0, 5, 0) + 5,
    ...[255, 255, 255, 255],
  ),
  'BMP of 2^31-1 columns': patched('images/bmp-rgb24.bmp', 18, 255, 255, 255, 127),
  'run-length encoded BMP of 100000x100000': patched(
    'more-images/bmp-rle8.bmp',
    18,
    0xa0,
    0x86,
    1,
    0,
    0xa0,
    0x86,
    1,
    0,
  ),
};

describe('absurd sizes are refused from the header, before anything is allocated', () => {
  test.each(Object.entries(HUGE))('%s', async (_, bytes) => {
    // The decoders themselves take memory when they are loaded.
    await decode(bytes).catch(() => undefined);
    const before = process.memoryUsage();
    const start = performance.now();
    await expect(decode(bytes)).rejects.toMatchObject({
      code: 'image-too-large',
      message: expect.stringMatching(/maxPixels/),
    });
    expect(performance.now() - start).toBeLessThan(500);
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(1e6);
  });

  test('sizes within the limit that so few bytes cannot hold are refused too', async () => {
    const side = [0x80, 0x32]; // 12928 = 0x3280
    const cases = [
      patched('images/jpeg-420.jpg', indexOf('images/jpeg-420.jpg', 0xff, 0xc0) + 5, 0x32, 0x80, 0x32, 0x80),
      patched(
        'more-images/gif-offset.gif',
        indexOf('more-images/gif-offset.gif', 0x2c, 7, 0, 5, 0) + 5,
        ...side,
        ...side,
      ),
      patched('images/bmp-rgb24.bmp', 18, ...side, 0, 0, ...side, 0, 0),
      patched('more-images/bmp-rle8.bmp', 18, ...side, 0, 0, ...side, 0, 0),
    ];
    for (const bytes of cases) await expect(decode(bytes)).rejects.toMatchObject({ code: 'truncated-image' });
  });

  test('maxPixels is the product of the sides, for every format', async () => {
    for (const name of [
      'images/jpeg-420.jpg',
      'images/jpeg-cmyk.jpg',
      'images/webp-lossy.webp',
      'images/webp-lossless.webp',
      'more-images/webp-animated-offset.webp',
      'images/gif-plain.gif',
      'images/bmp-palette8.bmp',
    ]) {
      const bytes = fixtureBytes(name);
      await expect(decode(bytes, { maxPixels: 61 * 47 })).resolves.toMatchObject({ width: 61, height: 47 });
      await expect(decode(bytes, { maxPixels: 61 * 47 - 1 })).rejects.toMatchObject({ code: 'image-too-large' });
    }
  });
});

/** A plain BMP of 24 bits. */
function bmp({ width, height, data }: Image): Uint8Array {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bytes = new Uint8Array(54 + stride * height);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x424d);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true);
  view.setUint16(28, 24, true);
  for (let i = 0; i < width * height; i++) {
    const to = 54 + Math.floor(i / width) * stride + (i % width) * 3;
    bytes.set([...data.subarray(i * 3, i * 3 + 3)].reverse(), to);
  }
  return bytes;
}

/** A GIF without compression: a clear code before every hundred of 9 bits. Grey without a palette of two colours. */
function gif(width: number, height: number, indices: readonly number[], palette: readonly number[] = []): Uint8Array {
  const codes = indices.flatMap((index, i) => (i % 100 === 0 ? [256, index] : [index]));
  const packed = new Uint8Array(Math.ceil((codes.length * 9) / 8));
  for (const [i, code] of codes.entries()) {
    for (let bit = 0; bit < 9; bit++) if ((code >> bit) & 1) packed[(i * 9 + bit) >> 3]! |= 1 << ((i * 9 + bit) & 7);
  }
  const blocks = Array.from({ length: Math.ceil(packed.length / 255) }, (_, i) =>
    packed.subarray(i * 255, i * 255 + 255),
  );
  const size = [width & 255, width >> 8, height & 255, height >> 8];
  const body = blocks.flatMap((block) => [block.length, ...block]);
  const screen = [...size, palette.length > 0 ? 0x80 : 0, 0, 0, ...palette];
  const frame = [0x2c, 0, 0, 0, 0, ...size, 0, 8];
  return Uint8Array.from([...Buffer.from('GIF89a'), ...screen, ...frame, ...body, 0, 0x3b]);
}

describe('odd shapes', () => {
  test('1x1 of every format', async () => {
    const one = createImage(1, 1, Uint8Array.of(10, 20, 30));
    expect(await decode(await encode(one, { format: 'png' }))).toEqual(one);
    expect(await decode(bmp(one))).toEqual(one);
    expect([...(await decode(gif(1, 1, [77]))).data]).toEqual([77, 77, 77]);
    for (const name of ['jpeg-1x1.jpg', 'jpeg-cmyk-1x1.jpg', 'webp-1x1.webp', 'bmp-1x1.bmp']) {
      expect(await decode(fixtureBytes(`more-images/${name}`))).toMatchObject({ width: 1, height: 1 });
    }
  });

  test('1x20000 of every format that has it', async () => {
    const tall = syntheticImage('smooth', 20_000, 1);
    expect(await decode(await encode(tall, { format: 'png' }))).toEqual(tall);
    expect(await decode(bmp(tall))).toEqual(tall);
    const jpeg = await decode(await encode(tall, { format: 'jpeg', quality: 95 }));
    expect([jpeg.height, jpeg.width]).toEqual([20_000, 1]);
    const grey = await decode(
      gif(
        1,
        20_000,
        Array.from({ length: 20_000 }, (_, i) => i % 256),
      ),
    );
    expect(grey.data.every((byte, i) => byte === Math.floor(i / 3) % 256)).toBe(true);
  });
});

describe('more than one picture, more than 8 bits', () => {
  test('an animation is its first frame, and what follows it may be broken', async () => {
    for (const [name, still] of [
      ['images/gif-animated.gif', 'images/gif-plain.gif'],
      ['more-images/webp-animated-lossless.webp', 'images/png-rgb8.png'],
    ] as const) {
      expect((await decode(fixtureBytes(name))).height).toBe((await decode(fixtureBytes(still))).height);
    }
    const gifBytes = fixtureBytes('images/gif-animated.gif');
    expect(await decode(gifBytes.subarray(0, gifBytes.length - 300))).toEqual(await decode(gifBytes));
  });

  test('16-bit samples keep their high byte', async () => {
    const expected = sha256((await decode(fixtureBytes('images/png-rgb8.png'))).data);
    expect(sha256((await decode(fixtureBytes('images/png-rgb16.png'))).data)).toBe(expected);
  });
});

describe('no picture at all', () => {
  test('zero bytes, text, a page of HTML, formats that are not decoded', async () => {
    const cases: readonly [Uint8Array, string, RegExp][] = [
      [new Uint8Array(0), 'empty-file', /0 bytes/],
      [Buffer.from('This is text, whatever its name.'), 'not-an-image', /This is text/],
      [Buffer.from('<!doctype html><title>404</title>'), 'not-an-image', /<!doctype/],
      [Buffer.from('II*\0\x08\0\0\0'), 'unsupported-format', /TIFF.*JPEG, PNG, BMP, GIF, WEBP/],
      [Buffer.from('\0\0\0\x20ftypavif'), 'unsupported-format', /AVIF/],
    ];
    for (const [bytes, code, message] of cases) {
      const error = await decode(bytes).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ImageError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });
});

describe('files that contradict themselves', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['a GIF without a picture', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'), /no picture/],
    ['GIF codes that cannot be yet', gif(2, 1, [1, 300]), /code 300/],
    ['a GIF index beyond its palette', gif(2, 1, [1, 2], [0, 0, 0, 9, 9, 9]), /palette index 2/],
    ['a WebP without a picture', Buffer.from('RIFF\x10\0\0\0WEBPEXIF\x04\0\0\0abcd', 'latin1'), /no picture data/],
    ['a WebP whose VP8 is none', patched('images/webp-lossy.webp', 23, 0, 0, 0), /key frame/],
    [
      'a WebP frame beyond its canvas',
      patched('more-images/webp-animated-offset.webp', 24, 9, 0, 0, 9, 0, 0),
      /does not fit/,
    ],
    ['a BMP run beyond its row', patched('more-images/bmp-rle8.bmp', 18, 3), /run of|pixels from/],
    ['a CMYK JPEG with a scan of strangers', withScanComponent(9), /component 9/],
  ])('%s', async (_, bytes, message) => {
    await expect(decode(bytes)).rejects.toMatchObject({
      code: 'corrupt-image',
      message: expect.stringMatching(message),
    });
  });
});

function withScanComponent(id: number): Uint8Array {
  const name = 'images/jpeg-cmyk.jpg';
  return patched(name, indexOf(name, 0xff, 0xda) + 5, id);
}
