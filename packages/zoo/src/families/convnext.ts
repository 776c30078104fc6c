import { Builder, type Graph, type Value } from '@convzoo/layers';
import { type Dialect, imageNetDefaults, type NetworkOptions, type Preprocessing } from '../options.js';
import { imageNetNormalisation } from './imagenet-normalisation.js';
import { stochasticDepth } from './stochastic-depth.js';

export interface ConvNeXtConfig {
  /** Blocks in each of the four stages. */
  readonly depths: readonly [number, number, number, number];
  /** Channels in the first stage; each further one has twice as many. */
  readonly width: number;
  /** Rate of stochastic depth in the last block, grown from 0 in the first; 0 by default. */
  readonly stochasticDepth?: number;
}

export const convnextVariants = {
  convnext_tiny: { depths: [3, 3, 9, 3], width: 96, stochasticDepth: 0.1 },
  convnext_small: { depths: [3, 3, 27, 3], width: 96, stochasticDepth: 0.4 },
  convnext_base: { depths: [3, 3, 27, 3], width: 128, stochasticDepth: 0.5 },
} as const satisfies Record<string, ConvNeXtConfig>;

export type ConvNeXtVariant = keyof typeof convnextVariants;

/** Of every norm (torchvision `models/convnext.py`, timm and the authors' code alike). */
const EPS = 1e-6;

export interface ConvNeXtOptions extends NetworkOptions {
  /** `torchvision` (default) and `timm` are the same network; `keras` normalises the pixels itself. */
  readonly dialect?: Dialect | undefined;
  /** What the network does to its pixels: Keras's has ImageNet's mean and deviation built in, by default. */
  readonly preprocessing?: Exclude<Preprocessing, 'rescaling'> | undefined;
}

/**
 * ConvNeXt (Liu et al., "A ConvNet for the 2020s", 2022, section 3 and appendix A; torchvision `models/convnext.py`, Keras
 * `applications/convnext.py`). Taps: `features.0` .. `features.7`, every block (`features.1.0`), `avgpool`.
 */
export function convnext(variant: ConvNeXtVariant | ConvNeXtConfig, options: ConvNeXtOptions = {}): Graph {
  const config: ConvNeXtConfig = typeof variant === 'string' ? convnextVariants[variant] : variant;
  const { depths, width, stochasticDepth: lastRate = 0 } = config;
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (typeof variant === 'string' ? variant : 'convnext'));
  const lastBlock = depths.reduce((sum, depth) => sum + depth, 0) - 1;
  let blocks = 0;
  let x = nn.input(input);
  const { preprocessing = options.dialect === 'keras' ? 'imagenet' : 'none' } = options;
  if (preprocessing === 'imagenet') x = nn.rescale(x, { name: 'normalization', ...imageNetNormalisation });
  nn.scope('features', () => {
    x = nn.module(0, () => {
      const patches = nn.conv2d(x, { name: '0', out: width, kernel: 4, stride: 4, padding: 0, bias: true });
      return nn.layerNorm(patches, { name: '1', eps: EPS });
    });
    depths.forEach((depth, stage) => {
      if (stage > 0) x = nn.module(2 * stage, () => downsample(nn, x, width << stage));
      x = nn.module(2 * stage + 1, () => {
        for (let i = 0; i < depth; i++) {
          const drop = lastBlock === 0 ? 0 : (lastRate * blocks++) / lastBlock;
          x = nn.module(i, () => block(nn, x, width << stage, drop));
        }
        return x;
      });
    });
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(
    nn.scope('classifier', () => nn.dense(nn.layerNorm(x, { name: '0', eps: EPS }), { name: '2', units: classes })),
  );
}

function downsample(nn: Builder, x: Value, out: number): Value {
  const normed = nn.layerNorm(x, { name: '0', eps: EPS });
  return nn.conv2d(normed, { name: '1', out, kernel: 2, stride: 2, padding: 0, bias: true });
}

/** Depthwise 7x7, norm, and two dense layers on each pixel's channels, four times as many between them (figure 4). */
function block(nn: Builder, x: Value, channels: number, drop: number): Value {
  let y = nn.scope('block', () => {
    let map = nn.depthwiseConv2d(x, { name: '0', kernel: 7, bias: true });
    map = nn.layerNorm(map, { name: '2', eps: EPS });
    map = nn.dense(map, { name: '3', units: 4 * channels, pointwise: true });
    map = nn.activation(map, 'gelu', { name: '4' });
    return nn.dense(map, { name: '5', units: channels, pointwise: true });
  });
  y = nn.layerScale(y, { parameter: 'layer_scale' });
  return nn.add(stochasticDepth(nn, y, drop), x);
}
