import type { OpName } from '@convzoo/layers';
import {
  activation,
  add,
  batchNorm,
  dropout,
  layerNorm,
  layerScale,
  leakyRelu,
  multiply,
  rescale,
} from './elementwise.js';
import { conv2d, dense } from './multiply.js';
import { adaptiveAvgPool, avgPool, globalAvgPool, maxPool } from './pooling.js';
import type { Rule, Work } from './rule.js';
import { channelShuffle, concat, custom, flatten, input, sliceChannels, zeroPad } from './structure.js';

/** How every op kind is counted. */
export const costRules: { readonly [K in OpName]: Rule<K> } = {
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
  dropout,
  custom,
};

/** One number for every op kind, total over the vocabulary: what a convention replaces entries of. */
export type WorkTable = { readonly [K in OpName]: Work<K> };

/** MACs of convolutions and dense layers, and a custom op's own. */
export const macRules: WorkTable = tableOf('macs');

/** Everything else that is computed. */
export const elementwiseRules: WorkTable = tableOf('elementwise');

function tableOf(kind: 'macs' | 'elementwise'): WorkTable {
  const entries = Object.entries(costRules).map(([op, rule]) => [op, rule[kind]] as const);
  // The same keys, each with the rule of its own op; fromEntries cannot express that.
  return Object.fromEntries(entries) as unknown as WorkTable;
}
