import { type Array64, mapped, zeros } from './array.js';
import { first, param, type Rule } from './rule.js';

/** Index in a factor of `values` elements: the element itself, or its example and channel. */
function factorIndex(x: Array64, values: number): (i: number) => number {
  if (values === x.data.length) return (i) => i;
  const channels = x.shape.at(-1) ?? 1;
  const perExample = x.data.length / (x.shape[0] ?? 1);
  return (i) => Math.floor(i / perExample) * channels + (i % channels);
}

export const multiply: Rule<'multiply'> = {
  forward(inputs) {
    const [x, factor] = inputs as [Array64, Array64];
    const at = factorIndex(x, factor.data.length);
    return { y: mapped(x, (value, i) => value * (factor.data[at(i)] as number)) };
  },
  backward(dy, inputs) {
    const [x, factor] = inputs as [Array64, Array64];
    const at = factorIndex(x, factor.data.length);
    const dfactor = zeros(factor.shape);
    x.data.forEach((value, i) => {
      dfactor.data[at(i)] = (dfactor.data[at(i)] as number) + value * (dy.data[i] as number);
    });
    return { inputs: [mapped(dy, (value, i) => value * (factor.data[at(i)] as number)), dfactor] };
  },
};

export const layerScale: Rule<'layerScale'> = {
  forward(inputs, { params }) {
    const { data } = first(params);
    return { y: mapped(first(inputs), (value, i) => value * (data[i % data.length] as number)) };
  },
  backward(dy, inputs, _, { params }) {
    const { data } = first(params);
    const dscale = zeros([data.length]);
    first(inputs).data.forEach((value, i) => {
      const c = i % data.length;
      dscale.data[c] = (dscale.data[c] as number) + value * (dy.data[i] as number);
    });
    return { inputs: [mapped(dy, (value, i) => value * (data[i % data.length] as number))], params: [dscale] };
  },
};

export const rescale: Rule<'rescale'> = {
  forward(inputs, { node }) {
    const { scale, offset } = node.attributes;
    const pick = (values: readonly number[], i: number): number =>
      Math.fround(values[values.length === 1 ? 0 : i % values.length] as number);
    return { y: mapped(first(inputs), (value, i) => value * pick(scale, i) + pick(offset, i)) };
  },
  backward(dy, _, __, { node }) {
    const { scale } = node.attributes;
    return { inputs: [mapped(dy, (value, i) => value * Math.fround(scale[i % scale.length] as number))] };
  },
};

/** Calls `visit` with the offset of each pixel, its normalised channels, and one over their deviation. */
function eachPixel(x: Array64, eps: number, visit: (start: number, hat: Float64Array, inverse: number) => void): void {
  const channels = x.shape.at(-1) ?? 1;
  for (let start = 0; start < x.data.length; start += channels) {
    const pixel = x.data.slice(start, start + channels);
    const mean = pixel.reduce((sum, value) => sum + value, 0) / channels;
    const variance = pixel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channels;
    const inverse = 1 / Math.sqrt(variance + eps);
    visit(
      start,
      pixel.map((value) => (value - mean) * inverse),
      inverse,
    );
  }
}

export const layerNorm: Rule<'layerNorm'> = {
  forward(inputs, context) {
    const x = first(inputs);
    const y = zeros(x.shape);
    const [scale, shift] = [param(context, 'scale'), param(context, 'shift')];
    eachPixel(x, context.node.attributes.eps, (start, hat) => {
      hat.forEach((value, c) => {
        y.data[start + c] = value * (scale?.data[c] ?? 1) + (shift?.data[c] ?? 0);
      });
    });
    return { y };
  },
  // The Jacobian of one pixel, written out: hat_j depends on x_i by (delta_ij - 1/n - hat_i * hat_j / n) * inverse.
  backward(dy, inputs, _, context) {
    const x = first(inputs);
    const channels = x.shape.at(-1) ?? 1;
    const scale = param(context, 'scale');
    const [dx, dscale, dshift] = [zeros(x.shape), zeros([channels]), zeros([channels])];
    eachPixel(x, context.node.attributes.eps, (start, hat, inverse) => {
      for (let j = 0; j < channels; j++) {
        const d = dy.data[start + j] as number;
        const hatJ = hat[j] as number;
        dscale.data[j] = (dscale.data[j] as number) + d * hatJ;
        dshift.data[j] = (dshift.data[j] as number) + d;
        for (let i = 0; i < channels; i++) {
          const jacobian = ((i === j ? 1 : 0) - 1 / channels - ((hat[i] as number) * hatJ) / channels) * inverse;
          dx.data[start + i] = (dx.data[start + i] as number) + d * (scale?.data[j] ?? 1) * jacobian;
        }
      }
    });
    return { inputs: [dx], params: context.node.params.map(({ role }) => (role === 'scale' ? dscale : dshift)) };
  },
};
