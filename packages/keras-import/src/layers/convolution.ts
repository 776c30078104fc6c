import type { Conv2dAttributes, Padding, ParamSpec, Value } from '@convzoo/layers';
import type { Converter, Layer } from '../layer.js';
import { isPixel, type KerasTensor } from '../tensor.js';
import { activated } from './activation.js';

/** The padding of a convolution or pool by Keras's word for it. */
export function paddingOf(layer: Layer): Padding {
  const padding = layer.settings.text('padding', 'valid');
  if (padding === 'same') return 'same';
  return padding === 'valid' ? [0, 0, 0, 0] : layer.unsupported(`padding "${padding}" is not known here`);
}

/** Everything here has its channels last. */
export function refuseChannelsFirst({ settings }: Layer): void {
  settings.refuse('data_format', ['channels_last'], 'only channels_last is read; save the model so');
}

function windowOf(layer: Layer): Omit<Conv2dAttributes, 'groups'> {
  const { settings } = layer;
  return {
    strides: settings.pair('strides', [1, 1]),
    padding: paddingOf(layer),
    dilations: settings.pair('dilation_rate', [1, 1]),
    activation: 'linear',
  };
}

function biasOf(layer: Layer, units: number, part?: string): ParamSpec[] {
  if (!layer.settings.boolean('use_bias', true)) return [];
  return [layer.param('bias', 'bias', [units], ['bias'], part === undefined ? {} : { part })];
}

export const conv2d: Converter = (layer) => {
  refuseChannelsFirst(layer);
  const { settings, input } = layer;
  const out = settings.integer('filters', 1);
  const [height, width] = settings.pair('kernel_size');
  const groups = settings.integer('groups', 1, 1);
  const channels = input.shape.at(-1) ?? 0;
  if (isVectorOfPixel(input) && height === 1 && width === 1 && groups === 1) {
    return activated(layer, densely(layer, input.value, out, [1, 1, channels, out]), [1, 1, out]);
  }
  const x = layer.map(input);
  if (channels % groups !== 0) layer.unsupported(`${channels} channels do not divide into ${groups} groups`);
  const kernel = layer.param('kernel', 'weight', [height, width, channels / groups, out], ['kernel']);
  const params = [kernel, ...biasOf(layer, out)];
  return activated(layer, layer.node('conv2d', { ...windowOf(layer), groups }, [x], { params }));
};

export const depthwiseConv2d: Converter = (layer) => {
  refuseChannelsFirst(layer);
  const { settings, input } = layer;
  const x = layer.map(input);
  const channels = input.shape.at(-1) ?? 0;
  const multiplier = settings.integer('depth_multiplier', 1, 1);
  const [height, width] = settings.pair('kernel_size');
  const kernel = layer.param(
    'kernel',
    'weight',
    [height, width, 1, channels * multiplier],
    ['depthwise_kernel', 'kernel'],
    { kerasShape: [height, width, channels, multiplier] },
  );
  const params = [kernel, ...biasOf(layer, channels * multiplier)];
  return activated(layer, layer.node('conv2d', { ...windowOf(layer), groups: channels }, [x], { params }));
};

/** A depthwise convolution without bias, then a 1x1 convolution. */
export const separableConv2d: Converter = (layer) => {
  refuseChannelsFirst(layer);
  const { settings, input } = layer;
  const x = layer.map(input);
  const channels = input.shape.at(-1) ?? 0;
  const out = settings.integer('filters', 1);
  const middle = channels * settings.integer('depth_multiplier', 1, 1);
  const [height, width] = settings.pair('kernel_size');
  const depthwise = layer.param('kernel', 'weight', [height, width, 1, middle], ['depthwise_kernel'], {
    part: 'depthwise',
    kerasShape: [height, width, channels, middle / channels],
  });
  const y = layer.node('conv2d', { ...windowOf(layer), groups: channels }, [x], {
    part: 'depthwise',
    params: [depthwise],
  });
  const pointwise = layer.param('kernel', 'weight', [1, 1, middle, out], ['pointwise_kernel'], { part: 'pointwise' });
  const attributes = {
    strides: [1, 1],
    padding: [0, 0, 0, 0],
    dilations: [1, 1],
    groups: 1,
    activation: 'linear',
  } as const;
  const params = [pointwise, ...biasOf(layer, out, 'pointwise')];
  return activated(layer, layer.node('conv2d', attributes, [y], { part: 'pointwise', params }));
};

export const dense: Converter = (layer) => {
  const { settings, input } = layer;
  const units = settings.integer('units', 1);
  const channels = input.shape.at(-1) ?? 0;
  const x = layer.channelwise(input);
  return activated(layer, densely(layer, x, units, [channels, units]), [...input.shape.slice(0, -1), units]);
};

const isVectorOfPixel = ({ value, shape }: KerasTensor): boolean => isPixel(shape) && value.shape.length === 1;

function densely(layer: Layer, x: Value, units: number, kerasShape: readonly number[]): Value {
  const shape = [x.shape.at(-1) ?? 0, units];
  const params = [layer.param('kernel', 'weight', shape, ['kernel'], { kerasShape }), ...biasOf(layer, units)];
  return layer.node('dense', { activation: 'linear' }, [x], { params });
}
