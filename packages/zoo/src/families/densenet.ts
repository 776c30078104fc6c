import { Builder, type Graph, type Value } from '@convzoo/layers';
import { type Dialect, imageNetDefaults, type NetworkOptions } from '../options.js';
import type { NormOptions } from './basic-conv.js';

/** What tells the networks of this family apart (table 1). */
export interface DenseNetConfig {
  /** Layers of each of the four dense blocks. */
  readonly depths: readonly [number, number, number, number];
  /** Channels that each layer adds: the growth rate k. */
  readonly growth: number;
  /** Channels of the first convolution, 2k. */
  readonly stem: number;
}

export const densenetVariants = {
  densenet121: { depths: [6, 12, 24, 16], growth: 32, stem: 64 },
  densenet161: { depths: [6, 12, 36, 24], growth: 48, stem: 96 },
  densenet169: { depths: [6, 12, 32, 32], growth: 32, stem: 64 },
  densenet201: { depths: [6, 12, 48, 32], growth: 32, stem: 64 },
} as const satisfies Record<string, DenseNetConfig>;

export type DenseNetVariant = keyof typeof densenetVariants;

export interface DenseNetOptions extends NetworkOptions {
  /** `keras` has eps 1.001e-5 and momentum 0.01; `torchvision` (default) and `timm` are one network. */
  readonly dialect?: Dialect | undefined;
}

/** Width of a bottleneck over the growth rate (section 3: 4k). */
const BOTTLENECK = 4;

/**
 * DenseNet-BC (Huang et al., "Densely Connected Convolutional Networks", 2016, table 1; torchvision `models/densenet.py`).
 * Taps: `features.pool0`, `features.denseblock1` .. `4`, `features.transition1` .. `3`, `features.norm5`, `avgpool`.
 */
export function densenet(variant: DenseNetVariant | DenseNetConfig, options: DenseNetOptions = {}): Graph {
  const { depths, growth, stem } = typeof variant === 'string' ? densenetVariants[variant] : variant;
  const norm = options.dialect === 'keras' ? { eps: 1.001e-5, momentum: 0.01 } : { eps: 1e-5, momentum: 0.1 };
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (typeof variant === 'string' ? variant : 'densenet'));
  let x = nn.input(input);
  nn.scope('features', () => {
    x = nn.conv2d(x, { name: 'conv0', out: stem, kernel: 7, stride: 2 });
    x = nn.activation(nn.batchNorm(x, { ...norm, name: 'norm0' }), 'relu', { name: 'relu0' });
    x = nn.tap('pool0', nn.maxPool(x, { name: 'pool0', size: 3, stride: 2, padding: 1 }));
    let channels: number = stem;
    depths.forEach((depth, i) => {
      x = nn.module(`denseblock${i + 1}`, () => denseBlock(nn, x, depth, growth, norm));
      channels += depth * growth;
      if (i === depths.length - 1) return;
      channels = Math.floor(channels / 2);
      x = nn.module(`transition${i + 1}`, () => transition(nn, x, channels, norm));
    });
    x = nn.tap('norm5', nn.batchNorm(x, { ...norm, name: 'norm5' }));
  });
  x = nn.activation(x, 'relu');
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(nn.dense(x, { name: 'classifier', units: classes }));
}

/** Each layer sees what all layers before it made (equation 2): 1x1 to 4k channels, then 3x3 to k. */
function denseBlock(nn: Builder, x: Value, depth: number, growth: number, norm: NormOptions): Value {
  for (let i = 1; i <= depth; i++) {
    const added = nn.scope(`denselayer${i}`, () => {
      const narrow = preActivated(nn, x, 1, { out: BOTTLENECK * growth, kernel: 1 }, norm);
      return preActivated(nn, narrow, 2, { out: growth, kernel: 3 }, norm);
    });
    x = nn.concat([x, added]);
  }
  return x;
}

function preActivated(
  nn: Builder,
  x: Value,
  i: number,
  size: { readonly out: number; readonly kernel: number },
  norm: NormOptions,
): Value {
  const y = nn.activation(nn.batchNorm(x, { ...norm, name: `norm${i}` }), 'relu', { name: `relu${i}` });
  return nn.conv2d(y, { ...size, name: `conv${i}` });
}

function transition(nn: Builder, x: Value, out: number, norm: NormOptions): Value {
  x = nn.activation(nn.batchNorm(x, { ...norm, name: 'norm' }), 'relu', { name: 'relu' });
  return nn.avgPool(nn.conv2d(x, { name: 'conv', out, kernel: 1 }), { name: 'pool', size: 2 });
}
