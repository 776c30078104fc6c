import type { LayerConfig } from '../config/model.js';
import { KerasImportError } from '../errors.js';
import type { Converter } from '../layer.js';
import { activation, elu, leakyRelu, prelu, relu, softmax } from './activation.js';
import { conv2d, dense, depthwiseConv2d, separableConv2d } from './convolution.js';
import { add, average, concatenate, customScale, maximum, minimum, multiply, subtract } from './merging.js';
import { batchNormalization, layerNormalization, layerScale, normalization, rescaling } from './normalisation.js';
import { operation } from './operations.js';
import { permute } from './permute.js';
import { averagePooling2d, globalAveragePooling2d, globalMaxPooling2d, maxPooling2d } from './pooling.js';
import {
  cropping2d,
  dropout,
  flatten,
  identity,
  onlyInTraining,
  reshape,
  resizing,
  stochasticDepth,
  upSampling2d,
  zeroPadding2d,
} from './structure.js';

/** Every class of layer that is understood, by Keras's name of it. */
const converters: Readonly<Record<string, Converter>> = {
  Conv2D: conv2d,
  DepthwiseConv2D: depthwiseConv2d,
  SeparableConv2D: separableConv2d,
  Dense: dense,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Activation: activation,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  PReLU: prelu,
  Softmax: softmax,
  MaxPooling2D: maxPooling2d,
  AveragePooling2D: averagePooling2d,
  GlobalAveragePooling2D: globalAveragePooling2d,
  GlobalMaxPooling2D: globalMaxPooling2d,
  ZeroPadding2D: zeroPadding2d,
  Cropping2D: cropping2d,
  UpSampling2D: upSampling2d,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  Dropout: dropout,
  Add: add,
  Subtract: subtract,
  Multiply: multiply,
  Average: average,
  Maximum: maximum,
  Minimum: minimum,
  Concatenate: concatenate,
  Rescaling: rescaling,
  Normalization: normalization,
  Resizing: resizing,
  CenterCrop: resizing,
  Identity: identity,
  ActivityRegularization: identity,
  SpatialDropout2D: onlyInTraining,
  AlphaDropout: onlyInTraining,
  GaussianDropout: onlyInTraining,
  GaussianNoise: onlyInTraining,
  RandomFlip: onlyInTraining,
  RandomRotation: onlyInTraining,
  RandomTranslation: onlyInTraining,
  RandomZoom: onlyInTraining,
  RandomContrast: onlyInTraining,
  RandomBrightness: onlyInTraining,
  // Of keras.applications: ConvNeXt and InceptionResNetV2.
  LayerScale: layerScale,
  StochasticDepth: stochasticDepth,
  CustomScaleLayer: customScale,
};

/** Classes of layers that become part of a graph. */
export const supportedLayers: readonly string[] = ['InputLayer', ...Object.keys(converters)];

/** Layers whose meaning is Python code, which no file has in a readable form. */
const CODE = new Set(['Lambda', 'SlicingOpLambda', 'TensorFlowOpLayer']);

/** @throws KerasImportError `unsupported-layer` with what is supported */
export function converterOf({ className, module, path }: LayerConfig): Converter {
  if (className === 'TFOpLambda' || /^keras\.(src\.)?ops\b/.test(module)) return operation;
  // TensorFlow.js and older Keras have other names for the same.
  const name = /^(Max|Average|GlobalAverage|GlobalMax)Pool2D$/.test(className)
    ? className.replace('Pool2D', 'Pooling2D')
    : className.replace(/^BatchNormalizationV[12]$/, 'BatchNormalization');
  const converter = Object.hasOwn(converters, name) ? converters[name] : undefined;
  if (converter !== undefined) return converter;
  const reason = CODE.has(className)
    ? `${className} is code of Python, which a file does not carry in a form that can be read`
    : `${className} has no counterpart here`;
  throw new KerasImportError(
    'unsupported-layer',
    path,
    `${reason}. Understood are ${supportedLayers.join(', ')}, functions such as x + 1 between them, and models as layers.`,
  );
}
