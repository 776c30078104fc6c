import type { Node, Padding, Pair, Shape } from '@convzoo/layers';

/*
 * What an op multiplies and adds, by its definition, in plain loops. From one enumeration follow the result, and the
 * gradients of the input and of the kernel. Nothing is shared with the backend but the graph, whose shapes are taken as
 * given: the tests of `layers` hold those against torch's rules.
 */

interface Window {
  readonly size: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilations?: Pair;
}

/** Padding before and after along an axis; `same` as TensorFlow's documentation defines it. */
function padding(window: Window, axis: 0 | 1, extent: number): [before: number, after: number] {
  if (window.padding !== 'same') {
    const [top, right, bottom, left] = window.padding;
    return axis === 0 ? [top, bottom] : [left, right];
  }
  const stride = window.strides[axis];
  const reach = (window.size[axis] - 1) * (window.dilations?.[axis] ?? 1) + 1;
  const total = Math.max((Math.ceil(extent / stride) - 1) * stride + reach - extent, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Extents of a batch of maps, and the flat index of an element. */
class Extents {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;

  constructor([batch = 1, height = 1, width = 1, channels = 1]: readonly number[]) {
    [this.batch, this.height, this.width, this.channels] = [batch, height, width, channels];
  }

  index(n: number, y: number, x: number, c: number): number {
    return ((n * this.height + y) * this.width + x) * this.channels + c;
  }

  inside(y: number, x: number): boolean {
    return y >= 0 && y < this.height && x >= 0 && x < this.width;
  }

  each(visit: (n: number, y: number, x: number, c: number, index: number) => void): void {
    let index = 0;
    for (let n = 0; n < this.batch; n++)
      for (let y = 0; y < this.height; y++)
        for (let x = 0; x < this.width; x++) for (let c = 0; c < this.channels; c++) visit(n, y, x, c, index++);
  }
}

/** Every product of a convolution: element `input` times kernel element `tap` counts into element `output`. */
export function eachProduct(
  node: Node<'conv2d'>,
  inputShape: Shape,
  visit: (output: number, input: number, tap: number) => void,
): void {
  const x = new Extents(inputShape);
  const y = new Extents([x.batch, ...node.shape]);
  const [kh = 1, kw = 1, perGroup = 1, out = 1] = node.params.find(({ role }) => role === 'kernel')!.shape;
  const { strides, dilations, groups } = node.attributes;
  const window = { ...node.attributes, size: [kh, kw] as const };
  const [top] = padding(window, 0, x.height);
  const [left] = padding(window, 1, x.width);
  y.each((n, oy, ox, o, output) => {
    const first = Math.floor(o / (out / groups)) * perGroup;
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const iy = oy * strides[0] - top + i * dilations[0];
        const ix = ox * strides[1] - left + j * dilations[1];
        if (!x.inside(iy, ix)) continue;
        for (let c = 0; c < perGroup; c++) {
          visit(output, x.index(n, iy, ix, first + c), ((i * kw + j) * perGroup + c) * out + o);
        }
      }
    }
  });
}

/** One window of a pool. */
export interface PoolWindow {
  readonly output: number;
  /** The elements inside the map. */
  readonly inputs: readonly number[];
  /** Elements with the declared padding, but without what `ceilMode` adds. */
  readonly padded: number;
}

export function poolWindows(node: Node<'maxPool'> | Node<'avgPool'>, inputShape: Shape): readonly PoolWindow[] {
  const x = new Extents(inputShape);
  const windows: PoolWindow[] = [];
  const span = (axis: 0 | 1, i: number, extent: number) => {
    const [before, after] = padding(node.attributes, axis, extent);
    const start = i * node.attributes.strides[axis] - before;
    const end = Math.min(start + node.attributes.size[axis], extent + after);
    return { start: Math.max(start, 0), end: Math.min(end, extent), padded: end - start };
  };
  new Extents([x.batch, ...node.shape]).each((n, oy, ox, c, output) => {
    const [rows, columns] = [span(0, oy, x.height), span(1, ox, x.width)];
    const inputs: number[] = [];
    for (let i = rows.start; i < rows.end; i++)
      for (let j = columns.start; j < columns.end; j++) inputs.push(x.index(n, i, j, c));
    windows.push({ output, inputs, padded: rows.padded * columns.padded });
  });
  return windows;
}

/** Every term of a mean: element `input` counts into element `output` with this share. */
export type EachShare = (
  node: Node<'avgPool'> | Node<'adaptiveAvgPool'> | Node<'globalAvgPool'>,
  inputShape: Shape,
  visit: (output: number, input: number, share: number) => void,
) => void;

export const eachShare: EachShare = (node, inputShape, visit) => {
  if (node.op === 'avgPool') {
    const pool = node as Node<'avgPool'>;
    for (const { output, inputs, padded } of poolWindows(pool, inputShape)) {
      const count = pool.attributes.countIncludePad ? padded : inputs.length;
      for (const input of inputs) visit(output, input, 1 / count);
    }
    return;
  }
  // The global mean is a grid of one bin.
  const [rows, columns] = node.op === 'adaptiveAvgPool' ? (node as Node<'adaptiveAvgPool'>).attributes.size : [1, 1];
  const x = new Extents(inputShape);
  new Extents([x.batch, rows, columns, x.channels]).each((n, oy, ox, c, output) => {
    const [y0, y1] = [Math.floor((oy * x.height) / rows), Math.ceil(((oy + 1) * x.height) / rows)];
    const [x0, x1] = [Math.floor((ox * x.width) / columns), Math.ceil(((ox + 1) * x.width) / columns)];
    const share = 1 / ((y1 - y0) * (x1 - x0));
    for (let i = y0; i < y1; i++) for (let j = x0; j < x1; j++) visit(output, x.index(n, i, j, c), share);
  });
};
