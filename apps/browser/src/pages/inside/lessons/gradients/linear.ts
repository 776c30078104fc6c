import type { Node, Shape } from '@convzoo/layers';
import { present, type Rule, type Values } from './rule.js';

/** `y = x W + b` for each row. Kernels are `[in, out]`. */
export const dense: Rule<Node<'dense'>> = {
  forward(node, { batch, inputs, params }) {
    const [x, weights, out] = [present(inputs[0]), present(params[0]), node.shape.at(-1) ?? 1];
    const size = { in: weights.length / out, out };
    const y = new Float64Array(batch * out);
    for (let row = 0; row < batch; row++) multiply(x, weights, y, { from: row, to: row, tap: 0 }, size);
    const bias = params[1];
    if (bias !== undefined) for (let i = 0; i < y.length; i++) y[i] = (y[i] ?? 0) + (bias[i % out] ?? 0);
    return { y };
  },
  backward(node, dy, _, { batch, inputs, params }) {
    const [x, weights, out] = [present(inputs[0]), present(params[0]), node.shape.at(-1) ?? 1];
    const size = { in: weights.length / out, out };
    const [dx, dWeights] = [new Float64Array(x.length), new Float64Array(weights.length)];
    for (let row = 0; row < batch; row++) {
      multiplyBack({ x, weights, dy, dx, dWeights }, { from: row, to: row, tap: 0 }, size);
    }
    if (params[1] === undefined) return { inputs: [dx], params: [dWeights] };
    const dBias = new Float64Array(out);
    for (let i = 0; i < dy.length; i++) dBias[i % out] = (dBias[i % out] ?? 0) + (dy[i] ?? 0);
    return { inputs: [dx], params: [dWeights, dBias] };
  },
};

/** Stride 1, zeros around so that the extent stays, one group, no bias: those of a residual block. Kernels are HWIO. */
export const conv2d: Rule<Node<'conv2d'>> = {
  forward(node, { batch, inputs, inputShapes, params }) {
    const [x, weights, size] = [present(inputs[0]), present(params[0]), sizesOf(node, present(inputShapes[0]))];
    const y = new Float64Array(batch * size.height * size.width * size.out);
    eachTap(size, batch, (place) => multiply(x, weights, y, place, size));
    return { y };
  },
  backward(node, dy, _, { batch, inputs, inputShapes, params }) {
    const [x, weights, size] = [present(inputs[0]), present(params[0]), sizesOf(node, present(inputShapes[0]))];
    const [dx, dWeights] = [new Float64Array(x.length), new Float64Array(weights.length)];
    eachTap(size, batch, (place) => multiplyBack({ x, weights, dy, dx, dWeights }, place, size));
    return { inputs: [dx], params: [dWeights] };
  },
};

interface Channels {
  readonly in: number;
  readonly out: number;
}

interface Sizes extends Channels {
  readonly height: number;
  readonly width: number;
  readonly kernel: number;
}

/** A pixel that is read, one that is written, and the position in the kernel between them. */
interface Place {
  from: number;
  to: number;
  tap: number;
}

function sizesOf(node: Node<'conv2d'>, [height = 1, width = 1, channels = 1]: Shape): Sizes {
  const { path, attributes, params, shape } = node;
  const kernel = params[0]?.shape[0] ?? 1;
  const keeps = shape[0] === height && shape[1] === width && attributes.strides.every((stride) => stride === 1);
  if (!keeps || attributes.groups !== 1 || params.length !== 1 || kernel % 2 === 0) {
    throw new RangeError(`${path}: only a convolution of stride 1 that keeps the extent, without bias, can be here`);
  }
  return { height, width, in: channels, out: shape.at(-1) ?? 1, kernel };
}

/** Every place over the batch; the object is the same one each time, which saves a million of them. */
function eachTap({ height, width, kernel }: Sizes, batch: number, visit: (place: Readonly<Place>) => void): void {
  const half = kernel >> 1;
  const place: Place = { from: 0, to: 0, tap: 0 };
  for (let example = 0; example < batch; example++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        place.to = (example * height + row) * width + column;
        for (let ky = Math.max(0, half - row); ky < Math.min(kernel, height + half - row); ky++) {
          for (let kx = Math.max(0, half - column); kx < Math.min(kernel, width + half - column); kx++) {
            place.from = place.to + (ky - half) * width + kx - half;
            place.tap = ky * kernel + kx;
            visit(place);
          }
        }
      }
    }
  }
}

/** `y += x W` of a pixel. */
function multiply(x: Values, weights: Values, y: Values, { from, to, tap }: Readonly<Place>, size: Channels): void {
  const [read, written] = [from * size.in, to * size.out];
  for (let i = 0; i < size.in; i++) {
    const value = x[read + i] ?? 0;
    const kernel = (tap * size.in + i) * size.out;
    for (let o = 0; o < size.out; o++) y[written + o] = (y[written + o] ?? 0) + value * (weights[kernel + o] ?? 0);
  }
}

interface Factors {
  readonly x: Values;
  readonly weights: Values;
  readonly dy: Values;
  readonly dx: Values;
  readonly dWeights: Values;
}

/** `dx += dy W^T` and `dW += x^T dy` of a pixel. */
function multiplyBack(
  { x, weights, dy, dx, dWeights }: Factors,
  { from, to, tap }: Readonly<Place>,
  size: Channels,
): void {
  const [read, written] = [from * size.in, to * size.out];
  for (let i = 0; i < size.in; i++) {
    const value = x[read + i] ?? 0;
    const kernel = (tap * size.in + i) * size.out;
    let sum = 0;
    for (let o = 0; o < size.out; o++) {
      const gradient = dy[written + o] ?? 0;
      sum += gradient * (weights[kernel + o] ?? 0);
      dWeights[kernel + o] = (dWeights[kernel + o] ?? 0) + value * gradient;
    }
    dx[read + i] = (dx[read + i] ?? 0) + sum;
  }
}
