import { type ExplicitPadding, type Shape, sizeOf } from '@convzoo/layers';
import { isExtent } from '../config/settings.js';
import type { Converter, Layer } from '../layer.js';
import { type KerasTensor, tensor } from '../tensor.js';
import { refuseChannelsFirst } from './convolution.js';
import { cropOp, upsampleOp } from './custom-ops.js';

/** `1`, `[1, 2]` (height, width) or `[[top, bottom], [left, right]]`. */
function sides(layer: Layer, name: string): ExplicitPadding {
  const given = layer.settings.raw(name) ?? [
    [1, 1],
    [1, 1],
  ];
  const [rows, columns] = Array.isArray(given) ? (given as readonly unknown[]) : [given, given];
  const both = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value, value]);
  const [[top, bottom], [left, right]] = [both(rows), both(columns)];
  const all = [top, right, bottom, left];
  if (!all.every((side) => isExtent(side, 0))) return layer.unsupported(`${name} is ${JSON.stringify(given)}`);
  return all as unknown as ExplicitPadding;
}

export const zeroPadding2d: Converter = (layer) => {
  refuseChannelsFirst(layer);
  const spatial = sides(layer, 'padding');
  if (layer.input.channelsFirst === true) return paddedChannels(layer, spatial);
  return tensor(layer.node('zeroPad', { spatial, channels: [0, 0] }, [layer.map(layer.input)]));
};

export const cropping2d: Converter = (layer) => {
  refuseChannelsFirst(layer);
  const cut = sides(layer, 'cropping');
  if (layer.input.channelsFirst === true) return slicedChannels(layer, cut);
  const x = layer.map(layer.input);
  if (cut.every((side) => side === 0)) return layer.input;
  return tensor(layer.node('custom', { definition: cropOp, values: { cut } }, [x]));
};

/** Between two Permutes, rows are channels and columns are rows. */
function paddedChannels(layer: Layer, [before, right, after, left]: ExplicitPadding): KerasTensor {
  const { value, shape } = layer.input;
  const [channels = 0, height = 0, width = 0] = shape;
  const attributes = { spatial: [left, 0, right, 0], channels: [before, after] } as const;
  const padded = layer.node('zeroPad', attributes, [value]);
  return { value: padded, shape: [before + channels + after, left + height + right, width], channelsFirst: true };
}

function slicedChannels(layer: Layer, [before, right, after, left]: ExplicitPadding): KerasTensor {
  const { value, shape } = layer.input;
  const [channels = 0, height = 0, width = 0] = shape;
  if (right > 0 || left > 0) layer.unsupported('it cuts channels and rows at once');
  const size = channels - before - after;
  const sliced = layer.node('sliceChannels', { start: before, size }, [value]);
  return { value: sliced, shape: [size, height, width], channelsFirst: true };
}

/** Understood where nothing is to be done: networks often begin with the size that they were trained at. */
export const resizing: Converter = (layer) => {
  const { settings, input } = layer;
  const wanted = [settings.integer('height', 1), settings.integer('width', 1)];
  const [height, width] = layer.map(input).shape;
  if (height === wanted[0] && width === wanted[1]) return input;
  return layer.unsupported(
    `it makes ${wanted.join('x')} of ${height}x${width}; give the model pictures of ${wanted.join('x')} to begin with`,
  );
};

export const upSampling2d: Converter = (layer) => {
  refuseChannelsFirst(layer);
  layer.settings.refuse('interpolation', ['nearest'], 'only nearest is computed here');
  const size = layer.settings.pair('size', [2, 2]);
  return tensor(layer.node('custom', { definition: upsampleOp, values: { size } }, [layer.map(layer.input)]));
};

export const flatten: Converter = (layer) => {
  const { input } = layer;
  refuseChannelsFirst(layer);
  return reshaped(layer, input, [sizeOf(input.shape)]);
};

export const reshape: Converter = (layer) => {
  const { input } = layer;
  const given = layer.settings.raw('target_shape');
  const target = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const known = target.filter((extent) => isExtent(extent, 1));
  const open = target.filter((extent) => extent === -1 || extent === null);
  if (known.length + open.length !== target.length || open.length > 1 || target.length === 0) {
    return layer.unsupported(`target_shape is ${JSON.stringify(given)}`);
  }
  const rest = sizeOf(input.shape) / sizeOf(known);
  const shape = target.map((extent) => (isExtent(extent, 1) ? extent : rest));
  if (!Number.isInteger(rest) || sizeOf(shape) !== sizeOf(input.shape)) {
    return layer.unsupported(`${input.shape.join('x')} cannot become ${target.join('x')}`);
  }
  return reshaped(layer, input, shape);
};

/** A vector in Keras is one here at once; what other shapes mean shows in the next layer. */
function reshaped(layer: Layer, x: KerasTensor, shape: Shape): KerasTensor {
  if (shape.length > 1 || x.value.shape.length === 1) return { ...x, shape };
  return { ...x, value: layer.node('flatten', {}, [x.value]), shape };
}

export const identity: Converter = (layer) => layer.input;

/** Identity here; in training it does something that has no counterpart. */
export const onlyInTraining: Converter = (layer) => {
  layer.context.leftOut.push(`${layer.config.path} (${layer.config.className})`);
  return layer.input;
};

/** With `noise_shape` of ones after the batch it drops whole examples, as EfficientNet does on residual branches. */
export const dropout: Converter = (layer) => {
  const { settings, input } = layer;
  const noise = settings.raw('noise_shape');
  const whole = Array.isArray(noise) && noise.slice(1).every((extent) => extent === 1) && noise.length > 1;
  if (noise !== undefined && !whole) return onlyInTraining(layer);
  return dropped(layer, input, settings.number('rate'), whole);
};

/** ConvNeXt's stochastic depth of keras.applications. */
export const stochasticDepth: Converter = (layer) =>
  dropped(layer, layer.input, layer.settings.number('drop_path_rate'), true);

function dropped(layer: Layer, x: KerasTensor, rate: number, whole: boolean): KerasTensor {
  return { ...x, value: layer.node('dropout', { rate, per: whole ? 'example' : 'value' }, [x.value]) };
}
