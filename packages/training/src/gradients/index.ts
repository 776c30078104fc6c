import type { OpName } from '@convzoo/layers';
import { activation } from './activation.js';
import { batchNorm } from './batch-norm.js';
import { add, dropout, leakyRelu } from './elementwise.js';
import { conv2d, dense } from './linear.js';
import { adaptiveAvgPool, avgPool, globalAvgPool, maxPool } from './pooling.js';
import type { GradientContext, GradientRule, GradientStep } from './rule.js';
import { layerNorm, layerScale, multiply, rescale } from './scaling.js';
import { channelShuffle, concat, custom, flatten, input, sliceChannels, zeroPad } from './structure.js';

/** Training-mode value and gradient of every op kind. */
const gradientRules: { readonly [K in OpName]: GradientRule<K> } = {
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

export function gradientStep(context: GradientContext): GradientStep {
  // The table pairs each op name with a rule for its node; TypeScript cannot follow that through the union.
  const rule = gradientRules[context.node.op] as GradientRule<OpName>;
  return rule(context);
}
