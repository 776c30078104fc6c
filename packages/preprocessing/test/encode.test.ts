import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contactSheet, createImage, decode, encode, type Image } from '../src/index.js';
import { syntheticImage } from './support/fixtures.js';

/** A picture of one colour. */
function plain(height: number, width: number, colour: readonly [number, number, number]): Image {
  const image = createImage(height, width);
  for (let at = 0; at < image.data.length; at += 3) image.data.set(colour, at);
  return image;
}

function meanError(a: Image, b: Image): number {
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - (b.data[i] ?? 0)), 0) / a.data.length;
}

describe('PNG', () => {
  test('any picture comes back bit for bit', async () => {
    const size = fc.integer({ min: 1, max: 40 });
    const picture = fc.tuple(size, size, fc.boolean(), fc.nat()).map(([height, width, smooth, seed]) => {
      const image = createImage(height, width);
      for (let i = 0; i < image.data.length; i++) image.data[i] = smooth ? (i * seed) >> 8 : Math.imul(i + 1, seed);
      return image;
    });
    await fc.assert(
      fc.asyncProperty(picture, fc.integer({ min: 0, max: 9 }), async (image, level) => {
        expect(await decode(await encode(image, { format: 'png', level }))).toEqual(image);
      }),
      { numRuns: 150 },
    );
  });

  test('the data is much smaller than the pixels', async () => {
    const image = syntheticImage('smooth', 120, 160);
    expect((await encode(image, { format: 'png' })).length).toBeLessThan(image.data.length / 4);
  });

  test('each row has the filter that suits it', async () => {
    const width = 50;
    const noise = syntheticImage('hash', 1, width).data;
    const row = (value: (i: number) => number) => Uint8Array.from({ length: 3 * width }, (_, i) => value(i));
    const rows = [
      row((i) => (i % 6 < 3 ? 1 : 254)), // none: small as it is, large from one pixel to the next
      row((i) => 100 + Math.floor(i / 3)), // sub
      noise, // none, or whatever
      noise, // up
    ];
    const image = createImage(4, width, Uint8Array.from(rows.flatMap((bytes) => [...bytes])));
    const png = Buffer.from(await encode(image, { format: 'png' }));
    const at = png.indexOf('IDAT');
    const data = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    expect([0, 1, 3].map((y) => data[y * (3 * width + 1)])).toEqual([0, 1, 2]);
    expect(await decode(png)).toEqual(image);
  });

  test('1x20000 and 20000x1', async () => {
    for (const image of [syntheticImage('hash', 20_000, 1), syntheticImage('hash', 1, 20_000)]) {
      expect(await decode(await encode(image, { format: 'png' }))).toEqual(image);
    }
  });
});

describe('JPEG', () => {
  const image = syntheticImage('smooth', 90, 121);

  test('comes back within a few levels, better with more quality', async () => {
    const errors: number[] = [];
    for (const quality of [30, 60, 90, 100]) {
      errors.push(meanError(image, await decode(await encode(image, { format: 'jpeg', quality }))));
    }
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors.at(-1)).toBeLessThan(0.8);
    expect(errors[0]).toBeLessThan(8);
  });

  test('baseline or progressive, 4:4:4 or 4:2:0, as asked', async () => {
    for (const [progressive, marker] of [
      [false, 0xc0],
      [true, 0xc2],
    ] as const) {
      for (const [subsampling, factors] of [
        ['4:4:4', 0x11],
        ['4:2:0', 0x22],
      ] as const) {
        const jpeg = Buffer.from(await encode(image, { format: 'jpeg', progressive, subsampling }));
        const frame = jpeg.indexOf(Buffer.from([0xff, marker]));
        expect(frame).toBeGreaterThan(0);
        expect(jpeg[frame + 11]).toBe(factors);
      }
    }
  });

  test('results do not share memory, also of many at once', async () => {
    const small = plain(8, 8, [200, 10, 30]);
    const [first, second] = await Promise.all([encode(image, { format: 'jpeg' }), encode(small, { format: 'jpeg' })]);
    expect(meanError(await decode(first as Uint8Array), image)).toBeLessThan(2);
    expect(meanError(await decode(second as Uint8Array), small)).toBeLessThan(3);
  });
});

test('what cannot be encoded is said', async () => {
  const image = plain(2, 2, [1, 2, 3]);
  const broken = { ...image, data: new Uint8Array(5) };
  for (const options of [
    { format: 'png', level: 10 },
    { format: 'jpeg', quality: 0 },
    { format: 'jpeg', quality: Number.NaN },
    { format: 'jpeg', subsampling: '4:1:1' },
    { format: 'gif' },
  ]) {
    await expect(encode(image, options as never)).rejects.toMatchObject({ code: 'invalid-argument' });
  }
  await expect(encode(broken, { format: 'png' })).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(encode(createImage(1, 65_536), { format: 'jpeg' })).rejects.toMatchObject({ code: 'invalid-argument' });
});

describe('contact sheet', () => {
  const red = plain(4, 6, [255, 0, 0]);
  const blue = plain(2, 2, [0, 0, 255]);
  const at = (sheet: Image, y: number, x: number) => [...sheet.data.subarray((y * sheet.width + x) * 3).subarray(0, 3)];

  test('a grid with gaps, each picture in the middle of its cell', () => {
    const sheet = contactSheet([red, blue, red], { columns: 2, gap: 1, background: [9, 9, 9] });
    expect([sheet.height, sheet.width]).toEqual([2 * 5 + 1, 2 * 7 + 1]);
    expect(at(sheet, 0, 0)).toEqual([9, 9, 9]);
    expect(at(sheet, 1, 1)).toEqual([255, 0, 0]);
    expect(at(sheet, 4, 6)).toEqual([255, 0, 0]);
    expect(at(sheet, 4, 7)).toEqual([9, 9, 9]);
    // 2x2 in the cell of 4x6 that begins at row 1, column 8
    expect(at(sheet, 1, 10)).toEqual([9, 9, 9]);
    expect(at(sheet, 2, 10)).toEqual([0, 0, 255]);
    expect(at(sheet, 3, 11)).toEqual([0, 0, 255]);
    expect(at(sheet, 6, 1)).toEqual([255, 0, 0]);
    expect(at(sheet, 6, 8)).toEqual([9, 9, 9]);
  });

  test('larger pictures are made smaller with their aspect kept, none larger', () => {
    const wide = plain(50, 200, [7, 70, 170]);
    const sheet = contactSheet([wide, blue], { cell: { height: 20, width: 20 }, gap: 0, background: [0, 0, 0] });
    expect([sheet.height, sheet.width]).toEqual([20, 40]);
    const filled = Array.from({ length: 20 }, (_, y) => at(sheet, y, 3)[2] === 170);
    expect(filled.filter(Boolean)).toHaveLength(5);
    expect(at(sheet, 8, 28)).toEqual([0, 0, 0]);
    expect(at(sheet, 9, 29)).toEqual([0, 0, 255]);
  });

  test('the default is a square; mistakes are said', () => {
    const sheet = contactSheet([red, red, red, red, red]);
    expect([sheet.height, sheet.width]).toEqual([2 * 8 + 4, 3 * 10 + 4]);
    expect(() => contactSheet([])).toThrow(/at least one/);
    expect(() => contactSheet([red], { columns: 0 })).toThrow(/columns/);
    expect(() => contactSheet([red], { gap: -1 })).toThrow(/gap/);
  });
});
