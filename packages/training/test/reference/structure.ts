import type { Float32Tensor } from '@convzoo/layers';
import { type Array64, mapped, zeros } from './array.js';
import { extents, first, type Rule } from './rule.js';

export const input: Rule<'input'> = {
  forward: (inputs) => ({ y: first(inputs) }),
  backward: (dy) => ({ inputs: [dy] }),
};

export const flatten: Rule<'flatten'> = {
  forward(inputs) {
    const { shape, data } = first(inputs);
    const batch = shape[0] ?? 1;
    return { y: { shape: [batch, data.length / batch], data } };
  },
  backward: (dy, inputs) => ({ inputs: [{ shape: first(inputs).shape, data: dy.data }] }),
};

export const zeroPad: Rule<'zeroPad'> = {
  forward(inputs, { node }) {
    const x = first(inputs);
    const y = zeros([x.shape[0] ?? 1, ...node.shape]);
    padded(x, y, node.attributes, (xAt, yAt) => {
      y.data[yAt] = x.data[xAt] as number;
    });
    return { y };
  },
  backward(dy, inputs, _, { node }) {
    const dx = zeros(first(inputs).shape);
    padded(dx, dy, node.attributes, (xAt, yAt) => {
      dx.data[xAt] = dy.data[yAt] as number;
    });
    return { inputs: [dx] };
  },
};

function padded(
  x: Array64,
  y: Array64,
  {
    spatial: [top, , , left],
    channels: [before],
  }: { readonly spatial: readonly number[]; readonly channels: readonly number[] },
  visit: (xAt: number, yAt: number) => void,
): void {
  const [batch, height, width, channels] = extents(x);
  const [, oh, ow, out] = extents(y);
  for (let n = 0; n < batch; n++) {
    for (let iy = 0; iy < height; iy++) {
      for (let ix = 0; ix < width; ix++) {
        for (let c = 0; c < channels; c++) {
          const row = n * oh + iy + (top ?? 0);
          visit(
            ((n * height + iy) * width + ix) * channels + c,
            (row * ow + ix + (left ?? 0)) * out + c + (before ?? 0),
          );
        }
      }
    }
  }
}

/** Calls `visit` with flat offsets of every element of an input of a concatenation and of its result. */
function joined(
  inputs: readonly Array64[],
  y: Array64,
  visit: (input: number, xAt: number, yAt: number) => void,
): void {
  const out = y.shape.at(-1) ?? 1;
  let offset = 0;
  inputs.forEach(({ shape, data }, input) => {
    const channels = shape.at(-1) ?? 1;
    for (let i = 0; i < data.length; i++) visit(input, i, Math.floor(i / channels) * out + offset + (i % channels));
    offset += channels;
  });
}

export const concat: Rule<'concat'> = {
  forward(inputs, { node }) {
    const y = zeros([first(inputs).shape[0] ?? 1, ...node.shape]);
    joined(inputs, y, (input, xAt, yAt) => {
      y.data[yAt] = inputs[input]?.data[xAt] as number;
    });
    return { y };
  },
  backward(dy, inputs) {
    const gradients = inputs.map(({ shape }) => zeros(shape));
    joined(inputs, dy, (input, xAt, yAt) => {
      (gradients[input] as Array64).data[xAt] = dy.data[yAt] as number;
    });
    return { inputs: gradients };
  },
};

/** Each element of the result is one of the input: `from` says which. */
function rearranged(x: Array64, shape: readonly number[], from: (i: number) => number): Array64 {
  return mapped(zeros(shape), (_, i) => x.data[from(i)] as number);
}

function scattered(dy: Array64, shape: readonly number[], from: (i: number) => number): Array64 {
  const dx = zeros(shape);
  dy.data.forEach((value, i) => {
    dx.data[from(i)] = value;
  });
  return dx;
}

const sliceSource =
  ({ shape }: Array64, { start, size }: { readonly start: number; readonly size: number }) =>
  (i: number): number =>
    Math.floor(i / size) * (shape.at(-1) ?? 1) + start + (i % size);

export const sliceChannels: Rule<'sliceChannels'> = {
  forward(inputs, { node }) {
    const x = first(inputs);
    return { y: rearranged(x, [x.shape[0] ?? 1, ...node.shape], sliceSource(x, node.attributes)) };
  },
  backward: (dy, inputs, _, { node }) => ({
    inputs: [scattered(dy, first(inputs).shape, sliceSource(first(inputs), node.attributes))],
  }),
};

/** Channel k of the result is number floor(k / groups) of group k % groups. */
const shuffleSource =
  ({ shape }: Array64, groups: number) =>
  (i: number): number => {
    const channels = shape.at(-1) ?? 1;
    const k = i % channels;
    return i - k + (k % groups) * (channels / groups) + Math.floor(k / groups);
  };

export const channelShuffle: Rule<'channelShuffle'> = {
  forward(inputs, { node }) {
    const x = first(inputs);
    return { y: rearranged(x, x.shape, shuffleSource(x, node.attributes.groups)) };
  },
  backward: (dy, _, __, { node }) => ({
    inputs: [scattered(dy, dy.shape, shuffleSource(dy, node.attributes.groups))],
  }),
};

/** The op's own rules are generic over the kind of array, if they are written with `map`: they are run in float64. */
const asFloat32 = (arrays: readonly Array64[]): Float32Tensor[] => arrays as unknown as Float32Tensor[];
const asFloat64 = (array: Float32Tensor): Array64 => array as unknown as Array64;

export const custom: Rule<'custom'> = {
  forward(inputs, { node, params }) {
    const { definition, values } = node.attributes;
    return { y: asFloat64(definition.compute(asFloat32(inputs), asFloat32(params), values)) };
  },
  backward(dy, inputs, _, { node, params }) {
    const { definition, values } = node.attributes;
    const [slope] = asFloat32([dy]);
    const gradients = definition.gradient?.(slope as Float32Tensor, asFloat32(inputs), asFloat32(params), values);
    if (gradients === undefined) throw new RangeError(`${node.path} has no gradient`);
    return { inputs: gradients.inputs.map(asFloat64), params: gradients.params.map(asFloat64) };
  },
};
