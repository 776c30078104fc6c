import {
  Builder,
  type ConvNormOptions,
  channelsOf,
  convNorm,
  convNormActivation,
  type Graph,
  residual,
  type Value,
} from '@convzoo/layers';
import { type Dialect, imageNetDefaults, type NetworkOptions } from '../options.js';
import { makeDivisible } from '../rounding.js';
import { paddedIdentity } from './padded-identity.js';
import { squeezeExcitation } from './squeeze-excitation.js';

/** What tells the networks of this family apart. */
export interface ResNetConfig {
  readonly block: 'basic' | 'bottleneck';
  /** Blocks in each of the four stages. */
  readonly depths: readonly [number, number, number, number];
  /** Groups of the 3x3 convolution (Xie et al., "Aggregated Residual Transformations", 2016): ResNeXt. */
  readonly groups?: number;
  /** Channels of a group in the first stage, 64 in ResNet; 128 makes the Wide ResNets. */
  readonly widthPerGroup?: number;
  /**
   * Which convolution of a bottleneck carries the stride: the first 1x1 in the paper (v1) and in Keras, the 3x3 in
   * torchvision and timm (v1.5). ResNet-50 has 3.858 or 4.089 G multiply-accumulates by it.
   */
  readonly strideOn?: '1x1' | '3x3';
  /**
   * Where shapes change: `A` pads channels with zeros, `B` (default) projects by a 1x1 convolution; `none` is the plain
   * network (sections 3.3 and 4.1).
   */
  readonly shortcut?: 'A' | 'B' | 'none';
  /** `deep`: three 3x3 convolutions in place of the 7x7 (He et al., "Bag of Tricks", 2018, section 4.2, ResNet-C). */
  readonly stem?: 'plain' | 'deep';
  /** Where a block strides, its shortcut averages 2x2 pixels before it projects (there, ResNet-D). */
  readonly averageShortcut?: boolean;
  /** Squeeze and excitation at the end of each branch, a sixteenth of its channels squeezed (Hu et al. 2017). */
  readonly squeezeExcitation?: boolean;
}

export const resnetVariants = {
  resnet18: { block: 'basic', depths: [2, 2, 2, 2] },
  resnet34: { block: 'basic', depths: [3, 4, 6, 3] },
  resnet50: { block: 'bottleneck', depths: [3, 4, 6, 3] },
  resnet101: { block: 'bottleneck', depths: [3, 4, 23, 3] },
  resnet152: { block: 'bottleneck', depths: [3, 8, 36, 3] },
  resnet50_v1: { block: 'bottleneck', depths: [3, 4, 6, 3], strideOn: '1x1' },
  resnet101_v1: { block: 'bottleneck', depths: [3, 4, 23, 3], strideOn: '1x1' },
  resnet152_v1: { block: 'bottleneck', depths: [3, 8, 36, 3], strideOn: '1x1' },
  resnet18_a: { block: 'basic', depths: [2, 2, 2, 2], shortcut: 'A' },
  resnet34_a: { block: 'basic', depths: [3, 4, 6, 3], shortcut: 'A' },
  plain18: { block: 'basic', depths: [2, 2, 2, 2], shortcut: 'none' },
  plain34: { block: 'basic', depths: [3, 4, 6, 3], shortcut: 'none' },
  resnext50_32x4d: { block: 'bottleneck', depths: [3, 4, 6, 3], groups: 32, widthPerGroup: 4 },
  resnext101_32x8d: { block: 'bottleneck', depths: [3, 4, 23, 3], groups: 32, widthPerGroup: 8 },
  resnext101_64x4d: { block: 'bottleneck', depths: [3, 4, 23, 3], groups: 64, widthPerGroup: 4 },
  resnet18d: { block: 'basic', depths: [2, 2, 2, 2], stem: 'deep', averageShortcut: true },
  resnet34d: { block: 'basic', depths: [3, 4, 6, 3], stem: 'deep', averageShortcut: true },
  resnet50d: { block: 'bottleneck', depths: [3, 4, 6, 3], stem: 'deep', averageShortcut: true },
  seresnet18: { block: 'basic', depths: [2, 2, 2, 2], squeezeExcitation: true },
  seresnet34: { block: 'basic', depths: [3, 4, 6, 3], squeezeExcitation: true },
  seresnet50: { block: 'bottleneck', depths: [3, 4, 6, 3], squeezeExcitation: true },
  seresnet101: { block: 'bottleneck', depths: [3, 4, 23, 3], squeezeExcitation: true },
  seresnet152: { block: 'bottleneck', depths: [3, 8, 36, 3], squeezeExcitation: true },
  // biome-ignore format: one row a variant
  seresnext50_32x4d: { block: 'bottleneck', depths: [3, 4, 6, 3], groups: 32, widthPerGroup: 4, squeezeExcitation: true },
  wide_resnet50_2: { block: 'bottleneck', depths: [3, 4, 6, 3], widthPerGroup: 128 },
  wide_resnet101_2: { block: 'bottleneck', depths: [3, 4, 23, 3], widthPerGroup: 128 },
} as const satisfies Record<string, ResNetConfig>;

export type ResNetVariant = keyof typeof resnetVariants;

export interface ResNetOptions extends NetworkOptions {
  /** `keras` strides on the first 1x1, has biases in its convolutions, and eps 1.001e-5. By default `torchvision`. */
  readonly dialect?: Dialect | undefined;
  /** Biases in the convolutions, each before a norm that has its own; by default in Keras only. */
  readonly convBias?: boolean | undefined;
  /** Epsilon of every BatchNorm; by default the dialect's. */
  readonly eps?: number | undefined;
}

/**
 * ResNet (He et al., "Deep Residual Learning for Image Recognition", 2015; torchvision `models/resnet.py`), ResNeXt, Wide
 * ResNet, the plain networks, and timm's ResNet-D and SE-ResNet (timm `models/resnet.py`). Taps: `maxpool`, `layer1` ..
 * `layer4`, every block (`layer1.0`), `avgpool`; as every node, `conv1` and `relu` (after the first norm) can be tapped
 * by path.
 */
export function resnet(variant: ResNetVariant | ResNetConfig, options: ResNetOptions = {}): Graph {
  const given: ResNetConfig = typeof variant === 'string' ? resnetVariants[variant] : variant;
  const keras = options.dialect === 'keras';
  const config: BlockConfig = {
    groups: given.groups ?? 1,
    widthPerGroup: given.widthPerGroup ?? 64,
    strideOn: keras ? '1x1' : (given.strideOn ?? '3x3'),
    shortcut: given.shortcut ?? 'B',
    averageShortcut: given.averageShortcut ?? false,
    squeezeExcitation: given.squeezeExcitation ?? false,
    conv: {
      bias: options.convBias ?? keras,
      norm: { eps: options.eps ?? (keras ? 1.001e-5 : 1e-5), momentum: keras ? 0.01 : 0.1 },
    },
  };
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (typeof variant === 'string' ? variant : 'resnet'));
  const stem = given.stem === 'deep' ? deepStem : plainStem;
  let x = stem(nn, nn.input(input), config);
  x = nn.tap('maxpool', nn.maxPool(x, { name: 'maxpool', size: 3, stride: 2, padding: 1 }));
  const block = given.block === 'basic' ? basic : bottleneck;
  given.depths.forEach((depth, stage) => {
    x = nn.module(`layer${stage + 1}`, () => {
      for (let i = 0; i < depth; i++) {
        const size = { planes: 64 << stage, stride: stage > 0 && i === 0 ? 2 : 1 };
        x = nn.module(i, () => block(nn, x, size, config));
      }
      return x;
    });
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(nn.dense(x, { name: 'fc', units: classes }));
}

type BlockFields = 'groups' | 'widthPerGroup' | 'strideOn' | 'shortcut' | 'averageShortcut' | 'squeezeExcitation';

interface BlockConfig extends Required<Pick<ResNetConfig, BlockFields>> {
  readonly conv: Pick<ConvNormOptions, 'bias' | 'norm'>;
}

interface BlockSize {
  /** Channels of the block before the expansion of bottlenecks. */
  readonly planes: number;
  readonly stride: number;
}

const names = (i: number) => ({ conv: `conv${i}`, norm: `bn${i}` });

function plainStem(nn: Builder, x: Value, { conv }: BlockConfig): Value {
  const options = { ...conv, names: names(1), out: 64, kernel: 7, stride: 2 };
  return convNormActivation(nn, x, { ...options, activation: 'relu' });
}

/** Its convolutions are a Sequential in timm, `conv1.0` to `conv1.6`, without the last norm. */
function deepStem(nn: Builder, x: Value, { conv }: BlockConfig): Value {
  const { norm, bias } = conv;
  const last = nn.module('conv1', () => {
    const first = { ...conv, names: { conv: '0', norm: '1' }, out: 32, kernel: 3, stride: 2 };
    let y = convNormActivation(nn, x, { ...first, activation: 'relu' });
    const second = { ...conv, names: { conv: '3', norm: '4' }, out: 32, kernel: 3 };
    y = convNormActivation(nn, y, { ...second, activation: 'relu' });
    return nn.conv2d(y, { name: '6', out: 64, kernel: 3, ...(bias !== undefined && { bias }) });
  });
  return nn.activation(nn.batchNorm(last, { ...norm, name: 'bn1' }), 'relu');
}

/** Two 3x3 convolutions (figure 5, left). */
function basic(nn: Builder, x: Value, { planes, stride }: BlockSize, config: BlockConfig): Value {
  return around(nn, x, planes, stride, config, (input) => {
    const first = { ...config.conv, names: names(1), out: planes, kernel: 3, stride };
    const y = convNormActivation(nn, input, { ...first, activation: 'relu' });
    return excited(nn, convNorm(nn, y, { ...config.conv, names: names(2), out: planes, kernel: 3 }), config);
  });
}

/** 1x1 reduces, 3x3, 1x1 expands by four (figure 5, right). */
function bottleneck(nn: Builder, x: Value, { planes, stride }: BlockSize, config: BlockConfig): Value {
  const { groups, widthPerGroup, strideOn, conv } = config;
  const width = Math.floor((planes * widthPerGroup) / 64) * groups;
  const [stride1, stride2] = strideOn === '1x1' ? [stride, 1] : [1, stride];
  return around(nn, x, planes * 4, stride, config, (input) => {
    const reduce = { ...conv, names: names(1), out: width, kernel: 1, stride: stride1 };
    const spatial = { ...conv, names: names(2), out: width, kernel: 3, stride: stride2, groups };
    let y = convNormActivation(nn, input, { ...reduce, activation: 'relu' });
    y = convNormActivation(nn, y, { ...spatial, activation: 'relu' });
    return excited(nn, convNorm(nn, y, { ...conv, names: names(3), out: planes * 4, kernel: 1 }), config);
  });
}

/** The branch's result, with its squeeze and excitation where the network has one. timm squeezes to multiples of 8. */
function excited(nn: Builder, y: Value, config: BlockConfig): Value {
  if (!config.squeezeExcitation) return y;
  return nn.scope('se', () => squeezeExcitation(nn, y, { squeeze: makeDivisible(channelsOf(y.shape) / 16) }));
}

/** The shortcut around a branch, and the ReLU after their sum. */
function around(
  nn: Builder,
  x: Value,
  out: number,
  stride: number,
  { shortcut, averageShortcut, conv }: BlockConfig,
  branch: (x: Value) => Value,
): Value {
  if (shortcut === 'none') return nn.activation(branch(x), 'relu');
  const identity = stride === 1 && channelsOf(x.shape) === out;
  const adapt = (input: Value): Value =>
    nn.scope('downsample', () =>
      shortcut === 'A'
        ? paddedIdentity(nn, input, out, stride)
        : averageShortcut
          ? averaged(nn, input, out, stride, conv)
          : convNorm(nn, input, { ...conv, names: { conv: '0', norm: '1' }, out, kernel: 1, stride }),
    );
  return residual(nn, x, { branch, activation: 'relu', ...(!identity && { shortcut: adapt }) });
}

/** ResNet-D's shortcut: no pixel is skipped. timm has an identity in the pool's place where there is no stride. */
function averaged(nn: Builder, x: Value, out: number, stride: number, conv: BlockConfig['conv']): Value {
  const pool = { name: '0', size: 2, stride, ceilMode: true, countIncludePad: false };
  const pixels = stride === 1 ? x : nn.avgPool(x, pool);
  return convNorm(nn, pixels, { ...conv, names: { conv: '1', norm: '2' }, out, kernel: 1 });
}
