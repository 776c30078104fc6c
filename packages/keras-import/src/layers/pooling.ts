import type { MaxPoolAttributes } from '@convzoo/layers';
import type { Converter, Layer } from '../layer.js';
import { type KerasTensor, tensor } from '../tensor.js';
import { paddingOf, refuseChannelsFirst } from './convolution.js';

function windowOf(layer: Layer): MaxPoolAttributes {
  refuseChannelsFirst(layer);
  const size = layer.settings.pair('pool_size', [2, 2]);
  return { size, strides: layer.settings.pair('strides', size), padding: paddingOf(layer), ceilMode: false };
}

export const maxPooling2d: Converter = (layer) =>
  tensor(layer.node('maxPool', windowOf(layer), [layer.map(layer.input)]));

/** TensorFlow leaves padding out of the mean. */
export const averagePooling2d: Converter = (layer) =>
  tensor(layer.node('avgPool', { ...windowOf(layer), countIncludePad: false }, [layer.map(layer.input)]));

export const globalAveragePooling2d: Converter = (layer) => {
  refuseChannelsFirst(layer);
  return kept(layer, layer.node('globalAvgPool', {}, [layer.map(layer.input)]));
};

/** A window as large as the map. */
export const globalMaxPooling2d: Converter = (layer) => {
  refuseChannelsFirst(layer);
  const x = layer.map(layer.input);
  const [height = 1, width = 1] = x.shape;
  const size = [height, width] as const;
  const window = { size, strides: size, padding: [0, 0, 0, 0], ceilMode: false } as const;
  const largest = layer.node('maxPool', window, [x], { part: 'pool' });
  return kept(layer, layer.node('flatten', {}, [largest]));
};

function kept(layer: Layer, value: KerasTensor['value']): KerasTensor {
  return layer.settings.boolean('keepdims', false) ? tensor(value, [1, 1, ...value.shape]) : tensor(value);
}
