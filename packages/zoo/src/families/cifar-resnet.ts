import { Builder, channelsOf, convNorm, convNormActivation, type Graph, residual, type Value } from '@convzoo/layers';
import { badOption, classCount, inputShape, type NetworkOptions } from '../options.js';
import { paddedIdentity } from './padded-identity.js';

export interface CifarResNetOptions extends NetworkOptions {
  /** Weighted layers, 6n + 2: three stages of n blocks of two convolutions, the first convolution and the classifier. */
  readonly depth: number;
  /**
   * Where shapes change: `A` (default) subsamples and pads channels with zeros, without parameters; `B` projects by a
   * 1x1 convolution. `none` is the plain network, without any shortcut.
   */
  readonly shortcut?: 'A' | 'B' | 'none' | undefined;
}

/** Channels of the three stages (section 4.2). */
const STAGES = [16, 32, 64] as const;

/**
 * ResNet for CIFAR (He et al., "Deep Residual Learning for Image Recognition", 2015, section 4.2): 269,722 parameters at
 * depth 20 with option A, the paper's choice. Parameter paths are those of the common checkpoints.
 *
 * @throws ConvzooError `bad-option` for a depth that is not 6n + 2
 */
export function cifarResNet({ depth, shortcut = 'A', ...options }: CifarResNetOptions): Graph {
  const blocks = (depth - 2) / 6;
  if (!Number.isInteger(blocks) || blocks < 1) {
    throw badOption('depth', depth, 'it must be 6n + 2: 8, 14, 20, 26, 32 ...');
  }
  const kind = { A: 'resnet', B: 'resnet', none: 'plain' }[shortcut];
  const nn = new Builder(options.name ?? `${kind}${depth}${shortcut === 'B' ? 'b' : ''}-cifar10`);
  const names = { conv: 'conv1', norm: 'bn1' };
  let x = nn.input(inputShape(options.input, 32));
  x = convNormActivation(nn, x, { names, out: STAGES[0], kernel: 3, activation: 'relu' });
  STAGES.forEach((out, stage) => {
    x = nn.module(`layer${stage + 1}`, () => {
      for (let i = 0; i < blocks; i++) {
        x = nn.module(i, () => block(nn, x, { out, stride: stage > 0 && i === 0 ? 2 : 1, shortcut }));
      }
      return x;
    });
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(nn.dense(x, { name: 'linear', units: classCount(options.classes, 10) }));
}

interface BlockOptions {
  readonly out: number;
  readonly stride: number;
  readonly shortcut: 'A' | 'B' | 'none';
}

function block(nn: Builder, x: Value, { out, stride, shortcut }: BlockOptions): Value {
  const branch = (input: Value): Value => {
    const names = { conv: 'conv1', norm: 'bn1' };
    const y = convNormActivation(nn, input, { names, out, kernel: 3, stride, activation: 'relu' });
    return convNorm(nn, y, { names: { conv: 'conv2', norm: 'bn2' }, out, kernel: 3 });
  };
  if (shortcut === 'none') return nn.activation(branch(x), 'relu');
  const identity = stride === 1 && channelsOf(x.shape) === out;
  const adapt = (input: Value): Value =>
    nn.scope('shortcut', () =>
      shortcut === 'A'
        ? paddedIdentity(nn, input, out, stride)
        : convNorm(nn, input, { names: { conv: '0', norm: '1' }, out, kernel: 1, stride }),
    );
  return residual(nn, x, { branch, activation: 'relu', ...(!identity && { shortcut: adapt }) });
}
