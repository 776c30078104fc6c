import type { OpName } from '@convzoo/layers';
import { OnnxError } from '../errors.js';
import { activation, add, channelShuffle, concat, multiply, rescale, sliceChannels } from './channels.js';
import { batchNorm, conv2d, dense, flatten, layerNorm, layerScale } from './layers.js';
import { adaptiveAvgPool, avgPool, globalAvgPool, leakyRelu, maxPool, zeroPad } from './pooling.js';
import { type ExportRule, input } from './rule.js';

/** How each op of the vocabulary is written. */
export const exportRules: { readonly [K in OpName]: ExportRule<K> } = {
  // The value that the caller put there.
  input,
  conv2d,
  dense,
  batchNorm,
  activation,
  leakyRelu,
  add,
  multiply,
  concat,
  layerNorm,
  layerScale,
  rescale,
  sliceChannels,
  channelShuffle,
  maxPool,
  avgPool,
  globalAvgPool,
  adaptiveAvgPool,
  zeroPad,
  flatten,
  dropout: input,
  custom({ node }) {
    throw new OnnxError(
      'unsupported-op',
      `${node.path} (custom op ${node.attributes.definition.name}) cannot be written as ONNX: it is JavaScript. ` +
        'Compose it from ops of the vocabulary, or run the network with tfjs.',
    );
  },
};
