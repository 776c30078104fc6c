import type { CustomOp, JsonObject } from './custom-op.js';
import type { ExplicitPadding, Padding } from './padding.js';
import type { Shape } from './shape.js';

export type Pair = readonly [height: number, width: number];

/**
 * Non-linearities without parameters.
 *
 * | name | value | used by |
 * | --- | --- | --- |
 * | `relu` | max(x, 0) | most |
 * | `relu6` | min(max(x, 0), 6) | MobileNet V1, V2 |
 * | `sigmoid` | 1 / (1 + e^-x) | squeeze and excitation |
 * | `tanh` | tanh(x) | LeNet-5 |
 * | `hardSigmoid` | relu6(x + 3) / 6 (torch's and Keras 3's) | MobileNet V3 |
 * | `swish` | x * sigmoid(x), also called SiLU | EfficientNet |
 * | `hardSwish` | x * hardSigmoid(x) | MobileNet V3 |
 * | `gelu` | x * Phi(x), by the error function, not by tanh | ConvNeXt |
 */
export const activationFunctions = [
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'hardSigmoid',
  'swish',
  'hardSwish',
  'gelu',
] as const;

export type ActivationFunction = (typeof activationFunctions)[number];

/** An activation computed together with the op before it; `linear` is none. Set by the fuse pass, never by a family. */
export type FusedActivation = ActivationFunction | 'linear';

export interface Conv2dAttributes {
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilations: Pair;
  /** Input channels are split into this many groups; depthwise is `groups` equal to the input channels. */
  readonly groups: number;
  readonly activation: FusedActivation;
}

export interface MaxPoolAttributes {
  readonly size: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly ceilMode: boolean;
}

export interface AvgPoolAttributes extends MaxPoolAttributes {
  /** Whether padded zeros count in the mean: torch says yes by default, TensorFlow no. */
  readonly countIncludePad: boolean;
}

export interface BatchNormAttributes {
  /** Added to the variance. torch 1e-5, Keras MobileNets 1e-3: it travels with the weights. */
  readonly eps: number;
  /** Share of the new batch in the running statistics, torch's meaning (Keras's is 1 minus it). */
  readonly momentum: number;
}

/**
 * What dropout drops at once: a `value` (Srivastava et al. 2014), or all values of an `example`, which on a residual branch
 * is stochastic depth (Huang et al., "Deep Networks with Stochastic Depth", 2016; torchvision's mode `row`).
 */
export const dropoutUnits = ['value', 'example'] as const;
export type DropoutUnit = (typeof dropoutUnits)[number];

/** The op vocabulary. A new key makes every rule table of every package fail to compile until it is handled there. */
export interface OpAttributes {
  input: { readonly shape: Shape };
  conv2d: Conv2dAttributes;
  dense: { readonly activation: FusedActivation };
  batchNorm: BatchNormAttributes;
  activation: { readonly function: ActivationFunction };
  /** max(x, 0) + slope * min(x, 0) (Darknet). */
  leakyRelu: { readonly slope: number };
  add: { readonly activation: FusedActivation };
  /** Product of a map with a map, a vector or a 1x1 map of as many channels: squeeze and excitation. */
  multiply: Record<never, never>;
  /** Channels of all inputs, one after the other. */
  concat: Record<never, never>;
  maxPool: MaxPoolAttributes;
  avgPool: AvgPoolAttributes;
  /** Mean over height and width: `[h, w, c]` to `[c]`. */
  globalAvgPool: Record<never, never>;
  /** torch's AdaptiveAvgPool2d: bin i of n covers floor(i * extent / n) to ceil((i + 1) * extent / n). */
  adaptiveAvgPool: { readonly size: Pair };
  /** Normalises the channels of each pixel on its own (Ba et al. 2016). */
  layerNorm: { readonly eps: number };
  /** Each channel times a trained factor (ConvNeXt's layer scale; CaiT, 2021). */
  layerScale: Record<never, never>;
  /** `x * scale + offset` with constants, one for all channels or one each: preprocessing inside a network (Keras). */
  rescale: { readonly scale: readonly number[]; readonly offset: readonly number[] };
  /** Channels `start` to `start + size`. */
  sliceChannels: { readonly start: number; readonly size: number };
  /** Channels dealt out to `groups` and gathered again (ShuffleNet): channel g * n + i goes to i * groups + g. */
  channelShuffle: { readonly groups: number };
  /** Zeros around a map, and before and after its channels (the option A shortcut of ResNet). */
  zeroPad: { readonly spatial: ExplicitPadding; readonly channels: readonly [before: number, after: number] };
  flatten: Record<never, never>;
  /** Identity at inference; at training each value or example is zeroed with probability `rate`, or scaled by 1 / (1 - rate). */
  dropout: { readonly rate: number; readonly per: DropoutUnit };
  /** An op from outside this vocabulary, made by `defineOp`. */
  custom: { readonly definition: CustomOp; readonly values: JsonObject };
}

export type OpName = keyof OpAttributes;
