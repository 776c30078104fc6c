import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  centerCrop,
  centerSquare,
  createImage,
  crop,
  fiveCrop,
  flipHorizontal,
  type Image,
  keepAspectBox,
  type Orientation,
  orient,
  padConstant,
  preprocess,
  presets,
  resize,
  resizeSizeFor,
  shorterSideSize,
  tenCrop,
  toTensor,
} from '../src/index.js';
import { syntheticImage } from './support/fixtures.js';

/** Each pixel says where it came from: (row, column, 7). */
function positions(height: number, width: number): Image {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) data.set([Math.floor(i / width), i % width, 7], i * 3);
  return createImage(height, width, data);
}

/** Rows of "row,column" (or "-" for a black pixel). */
function show(image: Image): string[] {
  return Array.from({ length: image.height }, (_, y) =>
    Array.from({ length: image.width }, (_, x) => {
      const [row, column, seven] = image.data.subarray((y * image.width + x) * 3);
      return seven === 7 ? `${row}${column}` : '-';
    }).join(' '),
  );
}

describe('orient', () => {
  // Pillow's exif_transpose applied by hand to a picture of 2 rows and 3 columns.
  const expected: Record<Orientation, string[]> = {
    1: ['00 01 02', '10 11 12'],
    2: ['02 01 00', '12 11 10'],
    3: ['12 11 10', '02 01 00'],
    4: ['10 11 12', '00 01 02'],
    5: ['00 10', '01 11', '02 12'],
    6: ['10 00', '11 01', '12 02'],
    7: ['12 02', '11 01', '10 00'],
    8: ['02 12', '01 11', '00 10'],
  };
  for (const [key, rows] of Object.entries(expected)) {
    test(`orientation ${key}`, () => {
      expect(show(orient(positions(2, 3), Number(key) as Orientation))).toEqual(rows);
    });
  }

  test('flipHorizontal twice is the picture itself', () => {
    expect(show(flipHorizontal(positions(1, 3)))).toEqual(['02 01 00']);
    expect(flipHorizontal(flipHorizontal(positions(5, 4)))).toEqual(positions(5, 4));
  });
});

describe('crop and pad', () => {
  test('crop', () => {
    expect(show(crop(positions(3, 4), { top: 1, left: 2, height: 2, width: 2 }))).toEqual(['12 13', '22 23']);
    for (const wrong of [
      { top: 2, left: 0, height: 2, width: 2 },
      { top: 0, left: -1, height: 2, width: 2 },
      { top: 0, left: 0.5, height: 2, width: 2 },
      { top: 0, left: 0, height: 0, width: 2 },
    ]) {
      expect(() => crop(positions(3, 4), wrong)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    }
  });

  test('padConstant', () => {
    const padded = padConstant(positions(1, 2), { left: 1, top: 0, right: 2, bottom: 1 });
    expect(show(padded)).toEqual(['- 00 01 - -', '- - - - -']);
    expect([...padConstant(createImage(1, 1), { left: 0, top: 0, right: 1, bottom: 0 }, 9).data]).toEqual([
      0, 0, 0, 9, 9, 9,
    ]);
  });

  test('centerCrop rounds half to even, as Python does', () => {
    // Offsets 0.5, 1.5, 2.5 become 0, 2, 2.
    for (const [width, left] of [
      [3, 0],
      [5, 2],
      [7, 2],
    ] as const) {
      expect(show(centerCrop(positions(1, width), { height: 1, width: 2 }))).toEqual([`0${left} 0${left + 1}`]);
    }
  });

  test('centerCrop pads a smaller picture with black, the odd pixel at the right and bottom', () => {
    expect(show(centerCrop(positions(1, 1), { height: 2, width: 4 }))).toEqual(['- 00 - -', '- - - -']);
  });
});

describe('five and ten crops', () => {
  test('are torchvision’s, in its order: the corners, the centre, then those of the mirrored picture', () => {
    const image = positions(4, 5);
    const five = [
      ['00 01', '10 11'],
      ['03 04', '13 14'],
      ['20 21', '30 31'],
      ['23 24', '33 34'],
      ['12 13', '22 23'],
    ];
    expect(fiveCrop(image, { height: 2, width: 2 }).map(show)).toEqual(five);
    const ten = tenCrop(image, { height: 2, width: 2 }).map(show);
    expect(ten.slice(0, 5)).toEqual(five);
    expect(ten.slice(5)).toEqual([
      ['04 03', '14 13'],
      ['01 00', '11 10'],
      ['24 23', '34 33'],
      ['21 20', '31 30'],
      ['12 11', '22 21'],
    ]);
  });

  test('do not pad', () => {
    expect(() => fiveCrop(positions(4, 5), { height: 5, width: 2 })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

test('resizeSizeFor rounds down, as timm does', () => {
  expect([0.875, 0.9, 0.95, 0.965, 1].map((share) => resizeSizeFor(224, share))).toEqual([256, 248, 235, 232, 224]);
});

test('keepAspectBox is the largest centred part with the target’s aspect', () => {
  const target = { height: 96, width: 160 };
  expect(keepAspectBox({ height: 100, width: 100 }, target)).toEqual({ left: 0, top: 20, right: 100, bottom: 80 });
  expect(keepAspectBox({ height: 60, width: 400 }, target)).toEqual({ left: 150, top: 0, right: 250, bottom: 60 });
  expect(keepAspectBox({ height: 48, width: 80 }, target)).toEqual({ left: 0, top: 0, right: 80, bottom: 48 });
  expect(keepAspectBox({ height: 1, width: 1 }, target)).toEqual({ left: 0, top: 0, right: 1, bottom: 1 });
});

test('shorterSideSize cuts the fraction of the longer side off', () => {
  expect(shorterSideSize({ height: 427, width: 640 }, 256)).toEqual({ height: 256, width: 383 });
  expect(shorterSideSize({ height: 640, width: 427 }, 256)).toEqual({ height: 383, width: 256 });
  expect(shorterSideSize({ height: 5, width: 5 }, 7)).toEqual({ height: 7, width: 7 });
});

describe('presets', () => {
  test('are data: JSON gives them back', () => {
    expect(JSON.parse(JSON.stringify(presets))).toEqual(presets);
    for (const [name, preset] of Object.entries(presets)) expect(preset.name).toBe(name);
  });

  test('every preset takes a picture of any size to the size of its network', () => {
    const side = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(side, side, fc.constantFrom(...Object.values(presets)), (height, width, preset) => {
        const { data, shape } = preprocess(syntheticImage('hash', height, width), preset);
        const size = /^(cifar|mnist)/.test(preset.name) ? 32 : preset.name === 'imagenet-caffe-rgb' ? 227 : 224;
        const channels = preset.name === 'mnist' ? 1 : 3;
        expect(shape).toEqual([size, size, channels]);
        expect(data.length).toBe(size * size * channels);
        expect(data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('cifar10 cuts the centre square out before it shrinks', () => {
    const wide = syntheticImage('smooth', 60, 100);
    const square = crop(wide, { top: 0, left: 20, height: 60, width: 60 });
    expect(centerSquare(wide)).toEqual(square);
    const small = resize(square, { height: 32, width: 32, filter: 'bilinear' });
    expect(preprocess(wide, presets.cifar10).data).toEqual(toTensor(small, presets.cifar10.normalise));
    expect([...preprocess(wide, presets['cifar10-raw']).data]).toEqual([...small.data]);
  });

  test('a picture of CIFAR’s own size keeps its pixels', () => {
    const image = syntheticImage('hash', 32, 32);
    expect([...preprocess(image, presets['cifar10-raw']).data]).toEqual([...image.data]);
  });

  test('imagenet-caffe-rgb subtracts (123, 117, 104) and does not scale', () => {
    const white = createImage(227, 227, new Uint8Array(227 * 227 * 3).fill(255));
    expect([...preprocess(white, presets['imagenet-caffe-rgb']).data.slice(-3)]).toEqual([132, 138, 151]);
  });

  test('mnist frames the digit in black: -0.1 to 1.175, one channel', () => {
    const digit = createImage(28, 28, new Uint8Array(28 * 28 * 3).fill(255));
    const { data } = preprocess(digit, presets.mnist);
    const at = (y: number, x: number): number => data[y * 32 + x]!;
    expect([at(0, 0), at(1, 16), at(16, 30), at(31, 31)]).toEqual(Array(4).fill(Math.fround(-0.1)));
    for (const value of [at(2, 2), at(29, 29)]) expect(value).toBeCloseTo(1.175, 6);
    // Pillow: Image.new('RGB', (1, 1), colour).convert('L').getpixel((0, 0)) is 76, 150, 29 for red, green and blue.
    const colours = createImage(1, 3, new Uint8Array([255, 0, 0, 0, 255, 0, 0, 0, 255]));
    const levels = toTensor(colours, { scale: 1, mean: [0, 0, 0], std: [1, 1, 1], grey: true });
    expect([...levels]).toEqual([76, 150, 29]);
  });

  test('the modes none and exact', () => {
    const image = syntheticImage('hash', 4, 6);
    const raw = presets['cifar10-raw'];
    expect(preprocess(image, { ...raw, resize: { mode: 'none' } }).shape).toEqual([4, 6, 3]);
    const exact = preprocess(image, { ...raw, resize: { mode: 'exact', height: 8, width: 2 }, filter: 'bicubic' });
    expect([...exact.data]).toEqual([...resize(image, { height: 8, width: 2, filter: 'bicubic' }).data]);
  });
});

test('createImage checks its bytes', () => {
  expect(() => createImage(2, 2, new Uint8Array(11))).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  expect(() => createImage(0, 2)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
});
