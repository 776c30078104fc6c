import type { Pair } from '@convzoo/layers';
import { type Array64, zeros } from './array.js';
import { extents, first, type Rule } from './rule.js';
import { padAfter, padBefore, slide } from './window.js';

/** Calls `visit` with flat offsets of every input element under every window, channel by channel. */
function pool(
  x: Array64,
  y: Array64,
  window: Parameters<typeof slide>[2],
  visit: (xAt: number, yAt: number, oy: number, ox: number) => void,
): void {
  const [batch, height, width, channels] = extents(x);
  const [, oh, ow] = extents(y);
  slide([height, width], [oh, ow], window, (oy, ox, iy, ix) => {
    for (let n = 0; n < batch; n++) {
      for (let c = 0; c < channels; c++) {
        visit(((n * height + iy) * width + ix) * channels + c, ((n * oh + oy) * ow + ox) * channels + c, oy, ox);
      }
    }
  });
}

/** The first of equal elements wins, as in torch. */
export const maxPool: Rule<'maxPool'> = {
  forward(inputs, { node }) {
    const x = first(inputs);
    const y = zeros([x.shape[0] ?? 1, ...node.shape]);
    y.data.fill(Number.NEGATIVE_INFINITY);
    const decisions = new Uint32Array(y.data.length);
    let margin = Number.POSITIVE_INFINITY;
    pool(x, y, node.attributes, (xAt, yAt) => {
      const [value, best] = [x.data[xAt] as number, y.data[yAt] as number];
      margin = Math.min(margin, Math.abs(value - best));
      if (value <= best) return;
      y.data[yAt] = value;
      decisions[yAt] = xAt;
    });
    return { y, decisions, margin };
  },
  backward(dy, inputs, { decisions }) {
    const dx = zeros(first(inputs).shape);
    dy.data.forEach((value, i) => {
      const winner = decisions?.[i] as number;
      dx.data[winner] = (dx.data[winner] as number) + value;
    });
    return { inputs: [dx] };
  },
};

/** Elements of a window, padding counted where `countIncludePad` says so but never beyond it (torch's ceil mode). */
function windowCount(
  { size, strides, padding, countIncludePad }: Parameters<typeof slide>[2] & { readonly countIncludePad: boolean },
  input: Pair,
  [oy, ox]: Pair,
): number {
  const along = (axis: 0 | 1, output: number): number => {
    const extent = input[axis];
    const before = padBefore(padding, axis, extent, size[axis], strides[axis]);
    const after = padAfter(padding, axis, extent, size[axis], strides[axis]);
    const start = output * strides[axis] - before;
    let count = 0;
    for (let i = start; i < start + size[axis]; i++) {
      const inside = i >= 0 && i < extent;
      if (inside || (countIncludePad && i >= -before && i < extent + after)) count++;
    }
    return count;
  };
  return along(0, oy) * along(1, ox);
}

export const avgPool: Rule<'avgPool'> = {
  forward(inputs, { node }) {
    const x = first(inputs);
    const [, height, width] = extents(x);
    const y = zeros([x.shape[0] ?? 1, ...node.shape]);
    pool(x, y, node.attributes, (xAt, yAt, oy, ox) => {
      const count = windowCount(node.attributes, [height, width], [oy, ox]);
      y.data[yAt] = (y.data[yAt] as number) + (x.data[xAt] as number) / count;
    });
    return { y };
  },
  backward(dy, inputs, _, { node }) {
    const [, height, width] = extents(first(inputs));
    const dx = zeros(first(inputs).shape);
    pool(dx, dy, node.attributes, (xAt, yAt, oy, ox) => {
      const count = windowCount(node.attributes, [height, width], [oy, ox]);
      dx.data[xAt] = (dx.data[xAt] as number) + (dy.data[yAt] as number) / count;
    });
    return { inputs: [dx] };
  },
};

/** Calls `visit` for every element of every bin: floor(i * extent / bins) up to ceil((i + 1) * extent / bins). */
function bins(x: Array64, [rows, columns]: Pair, visit: (xAt: number, yAt: number, count: number) => void): void {
  const [batch, height, width, channels] = extents(x);
  const range = (i: number, extent: number, count: number): [number, number] => [
    Math.floor((i * extent) / count),
    Math.ceil(((i + 1) * extent) / count),
  ];
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < rows; oy++) {
      for (let ox = 0; ox < columns; ox++) {
        const [top, bottom] = range(oy, height, rows);
        const [left, right] = range(ox, width, columns);
        for (let iy = top; iy < bottom; iy++) {
          for (let ix = left; ix < right; ix++) {
            for (let c = 0; c < channels; c++) {
              const count = (bottom - top) * (right - left);
              visit(
                ((n * height + iy) * width + ix) * channels + c,
                ((n * rows + oy) * columns + ox) * channels + c,
                count,
              );
            }
          }
        }
      }
    }
  }
}

const means = (size: (node: { readonly attributes: { readonly size?: Pair } }) => Pair): Rule<'adaptiveAvgPool'> => ({
  forward(inputs, { node }) {
    const x = first(inputs);
    const y = zeros([x.shape[0] ?? 1, ...node.shape]);
    bins(x, size(node), (xAt, yAt, count) => {
      y.data[yAt] = (y.data[yAt] as number) + (x.data[xAt] as number) / count;
    });
    return { y };
  },
  backward(dy, inputs, _, { node }) {
    const dx = zeros(first(inputs).shape);
    bins(dx, size(node), (xAt, yAt, count) => {
      dx.data[xAt] = (dx.data[xAt] as number) + (dy.data[yAt] as number) / count;
    });
    return { inputs: [dx] };
  },
});

export const adaptiveAvgPool: Rule<'adaptiveAvgPool'> = means((node) => node.attributes.size ?? [1, 1]);

/** One bin over the whole map. */
export const globalAvgPool = means(() => [1, 1]) as unknown as Rule<'globalAvgPool'>;
