import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AxisPadding, type AxisWindow, axisPadding, Builder, outputExtent, toPadding } from '../src/index.js';

const window: fc.Arbitrary<AxisWindow> = fc.record({
  kernel: fc.integer({ min: 1, max: 9 }),
  stride: fc.integer({ min: 1, max: 6 }),
  dilation: fc.integer({ min: 1, max: 4 }),
});
const extents = fc.integer({ min: 1, max: 40 });
const sides: fc.Arbitrary<AxisPadding> = fc.record({ before: fc.nat(6), after: fc.nat(6) });

/** Slides the window pixel by pixel and counts the places that lie inside the padded axis. */
function slide(extent: number, { before, after }: AxisPadding, { kernel, stride, dilation }: AxisWindow): number {
  let places = 0;
  for (let start = -before; start + (kernel - 1) * dilation < extent + after; start += stride) places++;
  return places;
}

/** torch's `pooling_output_shape_pad_lr` (aten/src/ATen/native/Pool.h), word for word. */
function torchPool(extent: number, { before, after }: AxisPadding, w: AxisWindow, ceilMode: boolean): number {
  const room = extent + before + after - w.dilation * (w.kernel - 1) - 1 + (ceilMode ? w.stride - 1 : 0);
  let outputs = Math.floor(room / w.stride) + 1;
  if (ceilMode && (outputs - 1) * w.stride >= extent + before) outputs--;
  return outputs;
}

describe('outputExtent', () => {
  it('counts what a sliding window counts', () => {
    fc.assert(
      fc.property(extents, sides, window, (extent, padding, w) => {
        expect(outputExtent(extent, padding, w)).toBe(slide(extent, padding, w));
      }),
    );
  });

  it("is torch's, with and without ceil mode", () => {
    fc.assert(
      fc.property(extents, sides, window, fc.boolean(), (extent, padding, w, ceilMode) => {
        expect(outputExtent(extent, padding, w, ceilMode)).toBe(Math.max(0, torchPool(extent, padding, w, ceilMode)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    // SqueezeNet and GoogLeNet of torchvision, 3x3 windows of stride 2 (module outputs at 224x224).
    { extent: 109, ceilMode: true, outputs: 54 },
    { extent: 54, ceilMode: true, outputs: 27 },
    { extent: 112, ceilMode: true, outputs: 56 },
    { extent: 112, ceilMode: false, outputs: 55 },
    { extent: 2, ceilMode: true, outputs: 1 },
    { extent: 2, ceilMode: false, outputs: 0 },
  ])('of $extent with ceilMode $ceilMode is $outputs', ({ extent, ceilMode, outputs }) => {
    const none = { before: 0, after: 0 };
    expect(outputExtent(extent, none, { kernel: 3, stride: 2, dilation: 1 }, ceilMode)).toBe(outputs);
  });
});

describe('same padding', () => {
  it('gives ceil(extent / stride) outputs with as little padding as that takes, the odd pixel at the end', () => {
    fc.assert(
      fc.property(extents, window, fc.constantFrom('height' as const, 'width' as const), (extent, w, axis) => {
        const padding = axisPadding('same', axis, extent, w);
        const outputs = Math.ceil(extent / w.stride);
        expect(outputExtent(extent, padding, w)).toBe(outputs);
        expect([0, 1]).toContain(padding.after - padding.before);
        const less = { before: padding.before, after: padding.after - 1 };
        if (padding.before + padding.after > 0) expect(slide(extent, less, w)).toBeLessThan(outputs);
      }),
    );
  });

  it('differs from half the kernel at stride 2 and an even extent alone', () => {
    const at = (extent: number, stride: number) =>
      axisPadding('same', 'width', extent, { kernel: 3, stride, dilation: 1 });
    expect(at(224, 2)).toEqual({ before: 0, after: 1 });
    expect(at(225, 2)).toEqual({ before: 1, after: 1 });
    expect(at(224, 1)).toEqual({ before: 1, after: 1 });
  });
});

describe('explicit padding', () => {
  it('is in CSS order', () => {
    const w = { kernel: 1, stride: 1, dilation: 1 };
    expect(axisPadding([1, 2, 3, 4], 'height', 9, w)).toEqual({ before: 1, after: 3 });
    expect(axisPadding([1, 2, 3, 4], 'width', 9, w)).toEqual({ before: 4, after: 2 });
    expect(toPadding('valid')).toEqual([0, 0, 0, 0]);
    expect(toPadding(2)).toEqual([2, 2, 2, 2]);
    expect(toPadding('same')).toBe('same');
  });

  it('applies to both axes of a convolution and of a pool', () => {
    fc.assert(
      fc.property(extents, extents, fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)), window, (h, w, css, y) => {
        const x = { kernel: 1, stride: 2, dilation: 3 };
        const [top, right, bottom, left] = css;
        const rows = slide(h, { before: top, after: bottom }, y);
        const columns = slide(w, { before: left, after: right }, x);
        fc.pre(rows > 0);
        const nn = new Builder('t');
        const input = nn.input([h, w, 2]);
        const conv = nn.conv2d(input, {
          out: 5,
          kernel: [y.kernel, 1],
          stride: [y.stride, 2],
          dilation: [y.dilation, 3],
          padding: css,
        });
        expect(conv.shape).toEqual([rows, columns, 5]);
        if (y.dilation === 1) {
          // A pool's padding is smaller than its window, which has one column here.
          const [before, after] = [Math.min(top, y.kernel - 1), Math.min(bottom, y.kernel - 1)];
          const pooled = [slide(h, { before, after }, y), slide(w, { before: 0, after: 0 }, x), 2];
          if (Math.min(...pooled) > 0) {
            const pool = nn.maxPool(input, {
              size: [y.kernel, 1],
              stride: [y.stride, 2],
              padding: [before, 0, after, 0],
            });
            expect(pool.shape).toEqual(pooled);
          }
        }
      }),
    );
  });

  it('refuses a pool whose windows could lie wholly in the padding', () => {
    const nn = new Builder('t');
    const input = nn.input([8, 8, 1]);
    expect(() => nn.maxPool(input, { size: 2, padding: 2 })).toThrow(
      /maxPool: maxPool: padding 2,2,2,2 must be smaller/,
    );
    expect(nn.avgPool(input, { size: 3, stride: 1, padding: 2 }).shape).toEqual([10, 10, 1]);
  });
});
