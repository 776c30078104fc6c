import type { CustomOp, JsonObject } from './custom-op.js';
import type { ExplicitPadding, Padding } from './padding.js';
import type { Shape } from './shape.js';

export type Pair = readonly [height: number, width: number];

/** Non-linearities. `relu6` is min(max(x, 0), 6), of the MobileNets. */
export type ActivationFunction = 'relu' | 'relu6';

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

/** The op vocabulary. A new key makes every rule table of every package fail to compile until it is handled there. */
export interface OpAttributes {
  input: { readonly shape: Shape };
  conv2d: Conv2dAttributes;
  dense: { readonly activation: FusedActivation };
  batchNorm: BatchNormAttributes;
  activation: { readonly function: ActivationFunction };
  add: { readonly activation: FusedActivation };
  maxPool: MaxPoolAttributes;
  avgPool: AvgPoolAttributes;
  /** Mean over height and width: `[h, w, c]` to `[c]`. */
  globalAvgPool: Record<never, never>;
  /** torch's AdaptiveAvgPool2d: bin i of n covers floor(i * extent / n) to ceil((i + 1) * extent / n). */
  adaptiveAvgPool: { readonly size: Pair };
  /** Zeros around a map, and before and after its channels (the option A shortcut of ResNet). */
  zeroPad: { readonly spatial: ExplicitPadding; readonly channels: readonly [before: number, after: number] };
  flatten: Record<never, never>;
  /** Identity at inference; at training a share `rate` of the elements is zeroed and the rest scaled up. */
  dropout: { readonly rate: number };
  /** An op from outside this vocabulary, made by `defineOp`. */
  custom: { readonly definition: CustomOp; readonly values: JsonObject };
}

export type OpName = keyof OpAttributes;
