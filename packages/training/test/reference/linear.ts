import type { FusedActivation } from '@convzoo/layers';
import { type Array64, zeros } from './array.js';
import { applyPiecewise, functions, piecewiseGradient } from './piecewise.js';
import { type Context, extents, first, param, type Result, type Rule } from './rule.js';
import { slide } from './window.js';

/** `activation(product + bias)` of a product over the last axis. */
function finish(product: Array64, context: Context, fn: FusedActivation): Result {
  const bias = param(context, 'bias');
  const { data } = product;
  if (bias !== undefined) {
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + (bias.data[i % bias.data.length] as number);
  }
  return fn === 'linear' ? { y: product } : applyPiecewise(product, functions[fn], context.forced);
}

function finishGradient(dy: Array64, result: Result, fn: FusedActivation): Array64 {
  return fn === 'linear' ? dy : piecewiseGradient(dy, result);
}

function biasGradient(d: Array64): Array64 {
  const channels = d.shape.at(-1) ?? 1;
  const sum = zeros([channels]);
  d.data.forEach((value, i) => {
    sum.data[i % channels] = (sum.data[i % channels] as number) + value;
  });
  return sum;
}

const inOrder = (context: Context, dkernel: Array64, d: Array64): (Array64 | undefined)[] =>
  context.node.params.map((spec) => (spec.role === 'kernel' ? dkernel : biasGradient(d)));

/** Calls `visit` with flat offsets of an output pixel, an input pixel under its window, and the kernel's tap between them. */
function convolve(
  x: Array64,
  y: Array64,
  context: Context<'conv2d'>,
  visit: (xPixel: number, yPixel: number, tap: number) => void,
): void {
  const [batch, height, width, channels] = extents(x);
  const [, oh, ow, out] = extents(y);
  const { strides, padding, dilations } = context.node.attributes;
  const [kh = 1, kw = 1, perGroup = 1] = first(context.params).shape;
  slide([height, width], [oh, ow], { size: [kh, kw], strides, padding, dilations }, (oy, ox, iy, ix, ky, kx) => {
    for (let n = 0; n < batch; n++) {
      const xPixel = ((n * height + iy) * width + ix) * channels;
      const yPixel = ((n * oh + oy) * ow + ox) * out;
      visit(xPixel, yPixel, (ky * kw + kx) * perGroup * out);
    }
  });
}

export const conv2d: Rule<'conv2d'> = {
  forward(inputs, context) {
    const x = first(inputs);
    const kernel = first(context.params);
    const y = zeros([x.shape[0] ?? 1, ...context.node.shape]);
    const [values, w, sums] = [x.data, kernel.data, y.data];
    const [, , perGroup = 1, out = 1] = kernel.shape;
    const { groups } = context.node.attributes;
    const outputs = out / groups;
    convolve(x, y, context, (xPixel, yPixel, tap) => {
      for (let g = 0; g < groups; g++) {
        const yAt = yPixel + g * outputs;
        for (let c = 0; c < perGroup; c++) {
          const value = values[xPixel + g * perGroup + c] as number;
          const wAt = tap + c * out + g * outputs;
          for (let o = 0; o < outputs; o++) sums[yAt + o] = (sums[yAt + o] as number) + value * (w[wAt + o] as number);
        }
      }
    });
    return finish(y, context, context.node.attributes.activation);
  },
  backward(dy, inputs, result, context) {
    const d = finishGradient(dy, result, context.node.attributes.activation);
    const x = first(inputs);
    const kernel = first(context.params);
    const [dx, dkernel] = [zeros(x.shape), zeros(kernel.shape)];
    const [values, w, dvalues, dw, slopes] = [x.data, kernel.data, dx.data, dkernel.data, d.data];
    const [, , perGroup = 1, out = 1] = kernel.shape;
    const { groups } = context.node.attributes;
    const outputs = out / groups;
    convolve(x, d, context, (xPixel, yPixel, tap) => {
      for (let g = 0; g < groups; g++) {
        const yAt = yPixel + g * outputs;
        for (let c = 0; c < perGroup; c++) {
          const xAt = xPixel + g * perGroup + c;
          const value = values[xAt] as number;
          const wAt = tap + c * out + g * outputs;
          let sum = 0;
          for (let o = 0; o < outputs; o++) {
            const slope = slopes[yAt + o] as number;
            sum += slope * (w[wAt + o] as number);
            dw[wAt + o] = (dw[wAt + o] as number) + slope * value;
          }
          dvalues[xAt] = (dvalues[xAt] as number) + sum;
        }
      }
    });
    return { inputs: [dx], params: inOrder(context, dkernel, d) };
  },
};

export const dense: Rule<'dense'> = {
  forward(inputs, context) {
    const x = first(inputs);
    const kernel = first(context.params);
    const [features = 1, units = 1] = kernel.shape;
    // Examples, or their pixels.
    const batch = x.data.length / features;
    const y = zeros([...x.shape.slice(0, -1), units]);
    for (let n = 0; n < batch; n++) {
      for (let u = 0; u < units; u++) {
        let sum = 0;
        for (let f = 0; f < features; f++) {
          sum += (x.data[n * features + f] as number) * (kernel.data[f * units + u] as number);
        }
        y.data[n * units + u] = sum;
      }
    }
    return finish(y, context, context.node.attributes.activation);
  },
  backward(dy, inputs, result, context) {
    const d = finishGradient(dy, result, context.node.attributes.activation);
    const x = first(inputs);
    const kernel = first(context.params);
    const [dx, dkernel] = [zeros(x.shape), zeros(kernel.shape)];
    const [features = 1, units = 1] = kernel.shape;
    const batch = x.data.length / features;
    for (let n = 0; n < batch; n++) {
      for (let f = 0; f < features; f++) {
        let sum = 0;
        for (let u = 0; u < units; u++) {
          const slope = d.data[n * units + u] as number;
          sum += slope * (kernel.data[f * units + u] as number);
          dkernel.data[f * units + u] =
            (dkernel.data[f * units + u] as number) + slope * (x.data[n * features + f] as number);
        }
        dx.data[n * features + f] = sum;
      }
    }
    return { inputs: [dx], params: inOrder(context, dkernel, d) };
  },
};
