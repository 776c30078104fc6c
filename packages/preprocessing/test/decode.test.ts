import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readOrientation } from '../src/decode/exif.js';
import { crc32 } from '../src/decode/png/crc32.js';
import { DEFAULT_MAX_PIXELS, decode } from '../src/index.js';
import { fixtureBytes } from './support/fixtures.js';

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(content.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function png(width: number, height: number, depth: number, colour: number, ...chunks: Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

const idat = (raw: Uint8Array): Buffer => chunk('IDAT', deflateSync(raw));

describe('limits are enforced from the header', () => {
  test('a 100,000 x 100,000 PNG of a few bytes', async () => {
    const start = performance.now();
    const error = await decode(png(100_000, 100_000, 8, 2, idat(new Uint8Array(10)))).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'image-too-large', message: expect.stringContaining('100000x100000') });
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test('dimensions below the limit that the data cannot hold', async () => {
    const rss = process.memoryUsage().arrayBuffers;
    await expect(decode(png(13_000, 13_000, 8, 2, idat(new Uint8Array(10))))).rejects.toMatchObject({
      code: 'truncated-image',
    });
    const jpeg = Buffer.from(fixtureBytes('images/jpeg-420.jpg'));
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(13_000, frame + 5);
    jpeg.writeUInt16BE(13_000, frame + 7);
    await expect(decode(jpeg)).rejects.toMatchObject({ code: 'truncated-image' });
    expect(process.memoryUsage().arrayBuffers - rss).toBeLessThan(50e6);
  });

  test('maxPixels is the product of the sides, inclusive', async () => {
    for (const name of ['jpeg-420.jpg', 'png-rgb8.png', 'bmp-rgb24.bmp']) {
      const bytes = fixtureBytes(`images/${name}`);
      await expect(decode(bytes, { maxPixels: 61 * 47 })).resolves.toMatchObject({ width: 61, height: 47 });
      await expect(decode(bytes, { maxPixels: 61 * 47 - 1 })).rejects.toMatchObject({ code: 'image-too-large' });
    }
    await expect(decode(fixtureBytes('images/png-rgb8.png'), { maxPixels: Number.NaN })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect(DEFAULT_MAX_PIXELS).toBe(2 * Math.floor(1024 ** 3 / 4 / 3));
  });

  test('a stream that would decompress to far more than the picture is left alone', async () => {
    const raw = new Uint8Array(50_000_000);
    raw.set([0, 9, 8, 7]);
    await expect(decode(png(1, 1, 8, 2, idat(raw)))).resolves.toMatchObject({ data: Uint8Array.of(9, 8, 7) });
  });
});

describe('PNG', () => {
  test('1 x 20000', async () => {
    const raw = new Uint8Array(20_000 * 2).map((_, i) => (i % 2 === 0 ? 0 : (i >> 1) & 255));
    const image = await decode(png(1, 20_000, 8, 0, idat(raw)));
    expect([image.width, image.height]).toEqual([1, 20_000]);
    expect(image.data.every((byte, i) => byte === (Math.floor(i / 3) & 255))).toBe(true);
  });

  test('what the format forbids is corrupt-image', async () => {
    const pixel = Uint8Array.of(0, 1, 2, 3);
    const palette = chunk('PLTE', Uint8Array.of(1, 2, 3));
    const cases: Record<string, Buffer> = {
      'filter 5': png(1, 1, 8, 2, idat(Uint8Array.of(5, 1, 2, 3))),
      'rgb of 4 bits': png(1, 1, 4, 2, idat(pixel)),
      'palette index beyond the palette': png(1, 1, 8, 3, palette, idat(Uint8Array.of(0, 1))),
      'palette of 4 bytes': png(1, 1, 8, 3, chunk('PLTE', Uint8Array.of(1, 2, 3, 4)), idat(pixel)),
      'two palettes': png(1, 1, 8, 3, palette, palette, idat(pixel)),
      'not deflate': png(1, 1, 8, 2, chunk('IDAT', new Uint8Array(20).fill(7))),
    };
    for (const [title, bytes] of Object.entries(cases)) {
      await expect(decode(bytes), title).rejects.toMatchObject({ code: 'corrupt-image' });
    }
    await expect(decode(png(1, 1, 8, 2, chunk('CgBI', pixel), idat(pixel)))).rejects.toMatchObject({
      code: 'unsupported-format',
    });
    await expect(decode(png(1, 2, 8, 2, idat(pixel)))).rejects.toMatchObject({ code: 'truncated-image' });
  });

  test('bytes after IEND and an unknown ancillary chunk are ignored', async () => {
    const bytes = png(1, 1, 8, 2, chunk('teSt', Uint8Array.of(1)), idat(Uint8Array.of(0, 1, 2, 3)));
    const image = await decode(Buffer.concat([bytes, Buffer.from('more')]));
    expect([...image.data]).toEqual([1, 2, 3]);
  });
});

describe('JPEG', () => {
  test('processes that are not decoded are named', async () => {
    for (const [marker, name] of [
      [0xc3, /lossless/],
      [0xc9, /arithmetic/],
    ] as const) {
      const jpeg = Buffer.from(fixtureBytes('images/jpeg-420.jpg'));
      jpeg[jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 1] = marker;
      await expect(decode(jpeg)).rejects.toMatchObject({
        code: 'unsupported-format',
        message: expect.stringMatching(name),
      });
    }
  });

  test('a file of thousands of scans is refused', async () => {
    const jpeg = fixtureBytes('images/jpeg-444-progressive.jpg');
    const scan = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]));
    const body = jpeg.subarray(scan, jpeg.length - 2);
    const many = Buffer.concat([jpeg.subarray(0, scan), ...Array<Buffer>(5000).fill(body), jpeg.subarray(-2)]);
    await expect(decode(many)).rejects.toMatchObject({
      code: 'corrupt-image',
      message: expect.stringContaining('scans'),
    });
  });

  test('bytes after the end are ignored, and no global is left behind', async () => {
    const jpeg = fixtureBytes('images/jpeg-420.jpg');
    expect(await decode(Buffer.concat([jpeg, Buffer.alloc(100)]))).toEqual(await decode(jpeg));
    expect('ImageData' in globalThis).toBe(false);
  });

  test('many at once', async () => {
    const jpeg = fixtureBytes('images/jpeg-420.jpg');
    const bad = fixtureBytes('images/broken-truncated.jpg');
    const results = await Promise.allSettled([jpeg, bad, jpeg, bad, jpeg].map((bytes) => decode(bytes)));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });
});

describe('EXIF', () => {
  /** A TIFF directory with one orientation entry. */
  function tiff(little: boolean, type: number, value: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(26));
    view.setUint16(0, little ? 0x4949 : 0x4d4d);
    view.setUint16(2, 42, little);
    view.setUint32(4, 8, little);
    view.setUint16(8, 1, little);
    view.setUint16(10, 0x0112, little);
    view.setUint16(12, type, little);
    view.setUint32(14, 1, little);
    if (type === 4) view.setUint32(18, value, little);
    else view.setUint16(18, value, little);
    return new Uint8Array(view.buffer);
  }

  test('both byte orders, SHORT and LONG; out of range is upright', () => {
    for (const little of [true, false]) {
      for (const type of [3, 4]) {
        for (let value = 0; value <= 10; value++) {
          expect(readOrientation(tiff(little, type, value))).toBe(value >= 1 && value <= 8 ? value : 1);
        }
      }
      expect(readOrientation(tiff(little, 7, 6))).toBe(1);
    }
  });

  test('cut short or pointing outside: upright', () => {
    const whole = tiff(true, 3, 6);
    for (let length = 0; length < 22; length++) expect(readOrientation(whole.slice(0, length))).toBe(1);
    whole.set([0xff, 0xff, 0xff, 0xff], 4);
    expect(readOrientation(whole)).toBe(1);
  });
});

describe('BMP', () => {
  /** A BMP with a 40-byte header of the given fields, and what follows it. */
  function bmp(width: number, height: number, bits: number, compression: number, ...rest: number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(54 + rest.length));
    view.setUint16(0, 0x424d);
    view.setUint32(10, compression === 3 ? 66 : 54, true);
    view.setUint32(14, 40, true);
    view.setInt32(18, width, true);
    view.setInt32(22, height, true);
    view.setUint16(28, bits, true);
    view.setUint32(30, compression, true);
    const bytes = new Uint8Array(view.buffer);
    bytes.set(rest, 54);
    return bytes;
  }

  test('5-5-5 and 5-6-5 bits spread over 0..255, rounded down', async () => {
    const white555 = await decode(bmp(1, 1, 16, 0, 0xff, 0x7f, 0, 0));
    expect([...white555.data]).toEqual([255, 255, 255]);
    const masks = [0x00, 0xf8, 0, 0, 0xe0, 0x07, 0, 0, 0x1f, 0x00, 0, 0];
    // red 1 of 31, green 1 of 63, blue 30 of 31
    const pixel = (1 << 11) | (1 << 5) | 30;
    const small = await decode(bmp(1, 1, 16, 3, ...masks, pixel & 255, pixel >> 8, 0, 0));
    expect([...small.data]).toEqual([8, 4, 246]);
  });

  test('a negative height is stored from the top', async () => {
    const rows = [1, 2, 3, 0, 4, 5, 6, 0];
    expect([...(await decode(bmp(1, 2, 24, 0, ...rows))).data]).toEqual([6, 5, 4, 3, 2, 1]);
    expect([...(await decode(bmp(1, -2, 24, 0, ...rows))).data]).toEqual([3, 2, 1, 6, 5, 4]);
  });

  test('what is not read is said', async () => {
    await expect(decode(bmp(1, 1, 24, 4, 0, 0, 0, 0))).rejects.toMatchObject({ code: 'unsupported-format' });
    const tenBits = [0, 0, 0xf0, 0x3f, 0, 0xfc, 0x0f, 0, 0xff, 3, 0, 0];
    await expect(decode(bmp(1, 1, 32, 3, ...tenBits, 0, 0, 0, 0))).rejects.toMatchObject({
      code: 'unsupported-format',
    });
    await expect(decode(bmp(1, 1, 24, 1, 0, 0, 0, 0))).rejects.toMatchObject({ code: 'corrupt-image' });
    await expect(decode(bmp(1, 1, 7, 0, 0, 0, 0, 0))).rejects.toMatchObject({ code: 'corrupt-image' });
    await expect(decode(bmp(-5, 1, 24, 0, 0, 0, 0, 0))).rejects.toMatchObject({ code: 'corrupt-image' });
    await expect(decode(bmp(50_000, 50_000, 24, 0, 0))).rejects.toMatchObject({ code: 'image-too-large' });
  });
});
