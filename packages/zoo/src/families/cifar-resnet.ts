import { Builder, channelsOf, convNorm, convNormActivation, type Graph, residual, type Value } from '@convzoo/layers';
import { badOption, inputShape, type NetworkOptions } from '../options.js';

export interface CifarResNetOptions extends NetworkOptions {
  /** Weighted layers, 6n + 2: three stages of n blocks of two convolutions, the first convolution and the classifier. */
  readonly depth: number;
  /**
   * Where shapes change: `A` subsamples and pads channels with zeros, without parameters; `B` projects by a 1x1
   * convolution. `none` is the plain network, without any shortcut.
   */
  readonly shortcut?: 'A' | 'B' | 'none';
}

/** Channels of the three stages (section 4.2). */
const STAGES = [16, 32, 64] as const;

/**
 * ResNet for CIFAR (He et al., "Deep Residual Learning for Image Recognition", 2015, section 4.2), with 269,722
 * parameters at depth 20 and option A, the paper's choice. Parameter paths are those of the common checkpoints.
 *
 * @throws ConvzooError `bad-option` for a depth that is not 6n + 2
 */
export function cifarResNet({ depth, shortcut = 'A', ...options }: CifarResNetOptions): Graph {
  const blocks = (depth - 2) / 6;
  if (!Number.isInteger(blocks) || blocks < 1)
    throw badOption('depth', depth, 'it must be 6n + 2: 8, 14, 20, 26, 32 ...');
  const kind = shortcut === 'none' ? 'plain' : 'resnet';
  const nn = new Builder(options.name ?? `${kind}${depth}${shortcut === 'B' ? 'b' : ''}-cifar10`);
  const names = { conv: 'conv1', norm: 'bn1' };
  let x = nn.input(inputShape(options.input, 32));
  x = convNormActivation(nn, x, { names, out: STAGES[0], kernel: 3, activation: 'relu' });
  STAGES.forEach((out, stage) => {
    x = nn.module(`layer${stage + 1}`, () => {
      for (let i = 0; i < blocks; i++) {
        x = nn.module(i, () => block(nn, x, out, stage > 0 && i === 0 ? 2 : 1, shortcut));
      }
      return x;
    });
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(nn.dense(x, { name: 'linear', units: options.classes ?? 10 }));
}

function block(nn: Builder, x: Value, out: number, stride: number, shortcut: 'A' | 'B' | 'none'): Value {
  const branch = (input: Value): Value => {
    const names = { conv: 'conv1', norm: 'bn1' };
    const y = convNormActivation(nn, input, { names, out, kernel: 3, stride, activation: 'relu' });
    return convNorm(nn, y, { names: { conv: 'conv2', norm: 'bn2' }, out, kernel: 3 });
  };
  if (shortcut === 'none') return nn.activation(branch(x), 'relu');
  const changes = stride !== 1 || channelsOf(x.shape) !== out;
  return residual(nn, x, {
    branch,
    ...(changes && {
      shortcut: (input) =>
        nn.scope('shortcut', () => {
          if (shortcut === 'A') return paddedIdentity(nn, input, out, stride);
          return convNorm(nn, input, { names: { conv: '0', norm: '1' }, out, kernel: 1, stride });
        }),
    }),
    activation: 'relu',
  });
}

/**
 * Option A: every `stride`-th pixel (a window of one pixel has nothing to pool), and zero channels on both sides, as the
 * common checkpoints have them. The paper does not say where its zeros go.
 */
export function paddedIdentity(nn: Builder, x: Value, out: number, stride: number): Value {
  const wider = out - channelsOf(x.shape);
  const before = Math.floor(wider / 2);
  const pixels = nn.maxPool(x, { name: 'subsample', size: 1, stride });
  return nn.zeroPad(pixels, { name: 'pad', channels: [before, wider - before] });
}
