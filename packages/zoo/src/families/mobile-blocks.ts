import {
  type ActivationFunction,
  type BatchNormOptions,
  type Builder,
  channelsOf,
  convNorm,
  type PaddingLike,
  type Value,
} from '@convzoo/layers';
import { type SqueezeExcitationOptions, squeezeExcitation } from './squeeze-excitation.js';
import { stochasticDepth } from './stochastic-depth.js';

/** Padding of every convolution: half the kernel on each side unless it is given. */
export interface Pads {
  readonly padding?: PaddingLike;
}

export interface UnitOptions extends Pads {
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly norm: Omit<BatchNormOptions, 'name'>;
  /** None after the projection of an inverted residual. */
  readonly activation?: ActivationFunction;
}

/** torchvision's `Conv2dNormActivation` in the current scope: `0` the convolution, `1` its norm, `2` the activation. */
export function unit(nn: Builder, x: Value, { norm, activation, ...conv }: UnitOptions): Value {
  const y = convNorm(nn, x, { ...conv, names: { conv: '0', norm: '1' }, norm });
  return activation === undefined ? y : nn.activation(y, activation, { name: '2' });
}

export interface MobileBlockOptions extends Pads {
  readonly out: number;
  /** Channels of the depthwise convolution; without it there is no expansion. */
  readonly expanded?: number | undefined;
  readonly kernel: number;
  readonly stride: number;
  readonly activation: ActivationFunction;
  readonly norm: Omit<BatchNormOptions, 'name'>;
  /** By default there is no squeeze and excitation. */
  readonly squeeze?: SqueezeExcitationOptions | undefined;
  /** Rate of stochastic depth; 0 by default. */
  readonly drop?: number;
}

/**
 * An inverted residual with squeeze and excitation between its depthwise convolution and its projection (Howard et al.,
 * "Searching for MobileNetV3", 2019, figure 4). What it has is counted through as torchvision's `block.0`, `block.1` ...
 */
export function mobileBlock(nn: Builder, x: Value, options: MobileBlockOptions): Value {
  const { out, expanded, kernel, stride, activation, norm, squeeze, drop = 0, ...pads } = options;
  const inputs = channelsOf(x.shape);
  let y = x;
  nn.scope('block', () => {
    let index = 0;
    const next = (build: () => Value): void => {
      y = nn.scope(index++, build);
    };
    if (expanded !== undefined) next(() => unit(nn, y, { out: expanded, kernel: 1, norm, activation }));
    const groups = expanded ?? inputs;
    next(() => unit(nn, y, { ...pads, out: groups, groups, kernel, stride, norm, activation }));
    if (squeeze !== undefined) next(() => squeezeExcitation(nn, y, squeeze));
    next(() => unit(nn, y, { out, kernel: 1, norm }));
  });
  return stride === 1 && inputs === out ? nn.add(stochasticDepth(nn, y, drop), x) : y;
}
