import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createImage, crop, type Filter, resize } from '../src/index.js';
import { resamplePlain } from '../src/resize/plain.js';
import { type Resampler, resizeBy } from '../src/resize/resize.js';
import { resampleSimd } from '../src/resize/simd.js';
import { SimdMemory, simdKernel } from '../src/resize/simd-memory.js';
import { sha256, syntheticImage } from './support/fixtures.js';

const FILTERS: Filter[] = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'];

const RESAMPLERS: [string, Resampler][] = [
  ['SIMD', (image, columns, rows) => resampleSimd(image, columns, rows)!],
  ['plain TypeScript', resamplePlain],
];

describe('properties', () => {
  const size = fc.integer({ min: 1, max: 40 });
  const filter = fc.constantFrom(...FILTERS);

  test('a picture of one colour stays so', () => {
    fc.assert(
      fc.property(size, size, size, size, filter, fc.nat(255), (h, w, height, width, f, value) => {
        const image = createImage(h, w, new Uint8Array(h * w * 3).fill(value));
        expect(resize(image, { height, width, filter: f }).data.every((byte) => byte === value)).toBe(true);
      }),
    );
  });

  test('an unchanged size is the same picture, and the source is never written to', () => {
    fc.assert(
      fc.property(size, size, size, size, filter, (h, w, height, width, f) => {
        const image = syntheticImage('hash', h, w);
        const before = sha256(image.data);
        expect(resize(image, { height: h, width: w, filter: f })).toBe(image);
        const out = resize(image, { height, width, filter: f });
        expect([out.height, out.width, out.data.length]).toEqual([height, width, height * width * 3]);
        expect(sha256(image.data)).toBe(before);
      }),
    );
  });

  test('SIMD and plain TypeScript agree on any size, box and part', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    const parts = fc.array(fraction, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(size, size, size, size, filter, parts, (h, w, height, width, f, p) => {
        const image = syntheticImage('hash', h, w);
        const box = {
          left: p[0]! * w * 0.4,
          top: p[1]! * h * 0.4,
          right: w * (1 - p[2]! * 0.4),
          bottom: h * (1 - p[3]! * 0.4),
        };
        const left = Math.floor(p[4]! * (width - 1));
        const top = Math.floor(p[5]! * (height - 1));
        const only = {
          left,
          top,
          width: 1 + Math.floor(p[6]! * (width - left - 1)),
          height: 1 + Math.floor(p[7]! * (height - top - 1)),
        };
        const options = { height, width, filter: f, box };
        const [simd, plain] = RESAMPLERS.map(([, resampler]) => resizeBy(resampler, image, { ...options, only }));
        expect(simd).toEqual(plain);
        expect(simd).toEqual(crop(resize(image, options), only));
      }),
      { numRuns: 300 },
    );
  });

  test('large pictures are made in bands without a seam', () => {
    // The rows between the passes take 6 MB, the result too.
    const image = syntheticImage('hash', 700, 60);
    for (const options of [
      { height: 800, width: 2800, filter: 'bicubic' },
      { height: 700, width: 2800, filter: 'lanczos' },
      { height: 30_000, width: 60, filter: 'bilinear' },
      { height: 3, width: 2800, filter: 'box' },
    ] as const) {
      const [simd, plain] = RESAMPLERS.map(([, resampler]) => sha256(resizeBy(resampler, image, options).data));
      expect(simd).toBe(plain);
    }
  });

  test('the working memory stays what the largest picture needed', () => {
    const work = (h: number, w: number): number => {
      resize(syntheticImage('hash', h, w), { height: 64, width: 48, filter: 'lanczos' });
      return simdKernel()!.memory.buffer.byteLength;
    };
    // One row of the wide picture alone has 24 MB: more than the kernel may keep, so plain TypeScript does it.
    const before = work(900, 1200);
    expect(work(1, 8_000_000)).toBe(before);
    for (let i = 0; i < 20; i++) expect(work(900 - i, 1200 - i)).toBe(before);
    expect(before).toBeLessThan(64 * 2 ** 20);
  });

  test('a part of an unchanged picture is a crop', () => {
    const image = syntheticImage('hash', 9, 7);
    const only = { left: 2, top: 1, width: 4, height: 5 };
    for (const f of FILTERS) {
      expect(resize(image, { height: 9, width: 7, filter: f, only })).toEqual(crop(image, only));
      const tall = { height: 20, width: 7, filter: f };
      expect(resize(image, { ...tall, only })).toEqual(crop(resize(image, tall), only));
      const wide = { height: 9, width: 20, filter: f };
      expect(resize(image, { ...wide, only })).toEqual(crop(resize(image, wide), only));
    }
  });

  test('a whole-pixel box equals the resize of the crop when no filter reaches over its edge', () => {
    // With the box filter an output pixel reads its own source pixels only.
    const image = syntheticImage('smooth', 40, 60);
    const box = { left: 10, top: 8, right: 50, bottom: 28 };
    const boxed = resize(image, { height: 10, width: 20, filter: 'box', box });
    const cropped = createImage(20, 40);
    for (let y = 0; y < 20; y++) {
      const start = ((y + 8) * 60 + 10) * 3;
      cropped.data.set(image.data.subarray(start, start + 120), y * 120);
    }
    expect(boxed).toEqual(resize(cropped, { height: 10, width: 20, filter: 'box' }));
  });
});

test('a caller’s mistakes are invalid-argument', () => {
  const image = createImage(4, 6);
  const box = { left: 0, top: 0, right: 6, bottom: 4 };
  const bad = [
    { height: 0, width: 3, filter: 'box' },
    { height: 2.5, width: 3, filter: 'box' },
    { height: 2, width: 3, filter: 'cubic' },
    { height: 2, width: 3, filter: 'box', box: { ...box, right: 7 } },
    { height: 2, width: 3, filter: 'box', box: { ...box, left: 6 } },
    { height: 2, width: 3, filter: 'box', box: { ...box, top: Number.NaN } },
    { height: 2, width: 3, filter: 'box', only: { left: 0, top: 1, height: 2, width: 1 } },
    { height: 2, width: 3, filter: 'box', only: { left: 0.5, top: 0, height: 1, width: 1 } },
    { height: 2, width: 3, filter: 'box', only: { left: 0, top: 0, height: 0, width: 1 } },
  ];
  for (const options of bad) {
    expect(() => resize(image, options as never), JSON.stringify(options)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  }
});

describe('without SIMD', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  const image = syntheticImage('hash', 30, 40);
  const options = { height: 12, width: 50, filter: 'bicubic' } as const;

  test.each([
    ['no WebAssembly', undefined],
    ['code that does not compile', { ...WebAssembly, Module: refusing }],
  ])('%s: plain TypeScript does the work', async (_, stub) => {
    vi.stubGlobal('WebAssembly', stub);
    vi.resetModules();
    const fresh = await import('../src/resize/simd-memory.js');
    expect(fresh.simdKernel()).toBeNull();
    const { resize: plainly } = await import('../src/resize/resize.js');
    expect(plainly(image, options)).toEqual(resizeBy(resamplePlain, image, options));
  });

  test('memory that cannot grow is told, not thrown', () => {
    const grow = (): number => {
      throw new RangeError('no more memory');
    };
    const memory = new SimdMemory({ buffer: new ArrayBuffer(64), grow });
    expect(memory.reserve(30)).toBe(0);
    expect(memory.grow()).toHaveLength(64);
    expect(memory.reserve(30)).toBe(64);
    expect(memory.grow()).toBeUndefined();
  });
});

/** A constructor that fails as WebAssembly.Module does where it knows no SIMD, or a policy forbids it. */
function refusing(): never {
  throw new Error('invalid opcode');
}
