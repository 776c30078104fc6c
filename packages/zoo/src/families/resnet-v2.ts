import { Builder, channelsOf, type Graph, type Value } from '@convzoo/layers';
import { badOption, type Dialect, imageNetDefaults, type NetworkOptions } from '../options.js';

/** Blocks in each of the four stages: table 1 of the ResNet paper, which the second paper keeps. */
export interface ResNetV2Config {
  readonly depths: readonly [number, number, number, number];
}

export const resnetV2Variants = {
  resnetv2_50: { depths: [3, 4, 6, 3] },
  resnetv2_101: { depths: [3, 4, 23, 3] },
  resnetv2_152: { depths: [3, 8, 36, 3] },
} as const satisfies Record<string, ResNetV2Config>;

export type ResNetV2Variant = keyof typeof resnetV2Variants;

export interface ResNetV2Options extends NetworkOptions {
  /**
   * `timm` (default) strides in the first block of a stage. `keras` strides in the last one, whose identity shortcut
   * becomes a 1x1 max pool; it pads its first pool with zeros and has biases where no norm follows. There is none in
   * torchvision.
   */
  readonly dialect?: Exclude<Dialect, 'torchvision'> | undefined;
}

interface Conventions {
  readonly strideIn: 'first' | 'last';
  /** Biases of the convolutions that no norm follows at once: stem, last of a branch, projection. */
  readonly bias: boolean;
  readonly norm: { readonly eps: number; readonly momentum: number };
  /** What the first pool sees around its map. Nothing has rectified that map, so zeros win over negative values. */
  readonly poolPadding: 'nothing' | 'zeros';
}

const CONVENTIONS: Readonly<Record<'timm' | 'keras', Conventions>> = {
  timm: { strideIn: 'first', bias: false, norm: { eps: 1e-5, momentum: 0.1 }, poolPadding: 'nothing' },
  keras: { strideIn: 'last', bias: true, norm: { eps: 1.001e-5, momentum: 0.01 }, poolPadding: 'zeros' },
};

/**
 * ResNet v2: norm and ReLU come before each convolution, and nothing follows the sum (He et al., "Identity Mappings in
 * Deep Residual Networks", 2016, figure 4e; timm `models/resnetv2.py`, Keras `applications/resnet_v2.py`). Paths are
 * timm's. Taps: `stem`, `stages.0` .. `stages.3`, every block (`stages.0.blocks.0`), `norm` (after its ReLU),
 * `global_pool`.
 */
export function resnetV2(variant: ResNetV2Variant | ResNetV2Config, options: ResNetV2Options = {}): Graph {
  const { depths } = typeof variant === 'string' ? resnetV2Variants[variant] : variant;
  const { dialect = 'timm' } = options;
  const conventions = CONVENTIONS[dialect] ?? unknownDialect(dialect);
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (typeof variant === 'string' ? variant : 'resnetv2'));
  const image = nn.input(input);
  let x = nn.module('stem', () => stem(nn, image, conventions));
  nn.scope('stages', () => {
    depths.forEach((depth, stage) => {
      x = nn.module(stage, () =>
        nn.scope('blocks', () => {
          const strided = conventions.strideIn === 'first' ? (stage > 0 ? 0 : -1) : stage < 3 ? depth - 1 : -1;
          for (let i = 0; i < depth; i++) {
            const size = { out: 256 << stage, stride: i === strided ? 2 : 1, project: i === 0 };
            x = nn.module(i, () => block(nn, x, size, conventions));
          }
          return x;
        }),
      );
    });
  });
  x = nn.tap('norm', normRelu(nn, x, 'norm', conventions));
  x = nn.tap('global_pool', nn.globalAvgPool(x, { name: 'global_pool' }));
  return nn.graph(nn.scope('head', () => nn.dense(x, { name: 'fc', units: classes })));
}

function stem(nn: Builder, image: Value, { bias, poolPadding }: Conventions): Value {
  const x = nn.conv2d(image, { name: 'conv', out: 64, kernel: 7, stride: 2, bias });
  if (poolPadding === 'nothing') return nn.maxPool(x, { name: 'pool', size: 3, stride: 2, padding: 1 });
  return nn.maxPool(nn.zeroPad(x, { name: 'pad', spatial: [1, 1, 1, 1] }), { name: 'pool', size: 3, stride: 2 });
}

interface BlockSize {
  readonly out: number;
  readonly stride: number;
  /** The first block of a stage projects its input, after norm and ReLU, to the stage's channels. */
  readonly project: boolean;
}

/** 1x1 reduces, 3x3 carries the stride, 1x1 expands by four. */
function block(nn: Builder, x: Value, { out, stride, project }: BlockSize, conventions: Conventions): Value {
  const { bias } = conventions;
  const width = out / 4;
  const activated = normRelu(nn, x, 'norm1', conventions);
  let y = nn.conv2d(activated, { name: 'conv1', out: width, kernel: 1 });
  y = nn.conv2d(normRelu(nn, y, 'norm2', conventions), { name: 'conv2', out: width, kernel: 3, stride });
  y = nn.conv2d(normRelu(nn, y, 'norm3', conventions), { name: 'conv3', out, kernel: 1, bias });
  return nn.add(y, shortcut(nn, x, activated, { out, stride, project }, bias));
}

function shortcut(nn: Builder, x: Value, activated: Value, size: BlockSize, bias: boolean): Value {
  const { out, stride, project } = size;
  return nn.scope('downsample', () => {
    if (project || channelsOf(x.shape) !== out)
      return nn.conv2d(activated, { name: 'conv', out, kernel: 1, stride, bias });
    // A window of one pixel has nothing to pool: it takes every other pixel.
    return stride === 1 ? x : nn.maxPool(x, { name: 'pool', size: 1, stride });
  });
}

const normRelu = (nn: Builder, x: Value, name: string, { norm }: Conventions): Value =>
  nn.activation(nn.batchNorm(x, { ...norm, name }), 'relu');

function unknownDialect(dialect: string): never {
  throw badOption('dialect', dialect, 'ResNet v2 exists in timm and keras');
}
