import {
  type BatchNormOptions,
  Builder,
  convNormActivation,
  depthwiseSeparable,
  type Graph,
  type PaddingLike,
  type Value,
} from '@convzoo/layers';
import { badOption, checkWidth, type Dialect, imageNetDefaults, type NetworkOptions } from '../options.js';
import { makeDivisible } from '../rounding.js';

export interface MobileNetV1Options extends NetworkOptions {
  /** Width multiplier alpha (section 3.3); 1 by default. */
  readonly width?: number | undefined;
  /**
   * `timm` (default) pads symmetrically and rounds widths to multiples of 8; `keras` pads right and bottom at stride 2,
   * truncates widths, and has eps 1e-3 and a little dropout. There is none in torchvision.
   */
  readonly dialect?: Exclude<Dialect, 'torchvision'> | undefined;
  /** Dropout rate before the classifier; by default 0.001 in Keras, none in timm. */
  readonly dropout?: number | undefined;
  /** Leaves out the five blocks of 14x14x512 (section 4.1, table 5). */
  readonly shallow?: boolean | undefined;
  /** `false` has full 3x3 convolutions in place of separable ones (section 4.1, table 4). */
  readonly separable?: boolean | undefined;
}

/** Stages of table 1: output channels, blocks, stride of the first block. */
const STAGES = [
  { out: 64, blocks: 1, stride: 1 },
  { out: 128, blocks: 2, stride: 2 },
  { out: 256, blocks: 2, stride: 2 },
  { out: 512, blocks: 6, stride: 2 },
  { out: 1024, blocks: 2, stride: 2 },
] as const;

interface Conventions {
  readonly round: (channels: number) => number;
  readonly norm: Omit<BatchNormOptions, 'name'>;
  readonly stem: PaddingLike;
  /** Padding of the depthwise convolutions that have stride 2. */
  readonly strided: PaddingLike;
  readonly dropout: number;
}

const CONVENTIONS: Readonly<Record<'timm' | 'keras', Conventions>> = {
  timm: { round: makeDivisible, norm: { eps: 1e-5, momentum: 0.1 }, stem: 1, strided: 1, dropout: 0 },
  // Keras pads by ZeroPadding2D(((0, 1), (0, 1))) there whatever the extent: at odd ones that is not `same`.
  keras: { round: Math.trunc, norm: { eps: 1e-3, momentum: 0.01 }, stem: 'same', strided: [0, 1, 1, 0], dropout: 1e-3 },
};

/**
 * MobileNet V1 (Howard et al., "MobileNets", 2017, table 1) at any width and resolution. Paths are timm's
 * (`blocks.1.0.conv_dw`). Taps: `stem`, `blocks.0` .. `blocks.4`, every block, `global_pool`.
 */
export function mobilenetV1(options: MobileNetV1Options = {}): Graph {
  const { dialect = 'timm', shallow = false, separable = true } = options;
  const conventions = CONVENTIONS[dialect] ?? unknownDialect(dialect);
  const { round, norm, stem, dropout } = conventions;
  const width = checkWidth(options.width ?? 1);
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (width === 1 ? 'mobilenet_v1' : `mobilenet_v1@${width}`));
  const first = { names: { conv: 'conv_stem', norm: 'bn1' }, out: round(32 * width), kernel: 3, stride: 2 };
  let x = convNormActivation(nn, nn.input(input), { ...first, padding: stem, norm, activation: 'relu6' });
  nn.tap('stem', x);
  nn.scope('blocks', () => {
    STAGES.forEach((stage, s) => {
      // The shallow network keeps the block that strides, and those of the last stage.
      const blocks = shallow && stage.out === 512 ? 1 : stage.blocks;
      x = nn.module(s, () => {
        for (let b = 0; b < blocks; b++) {
          const size = { out: round(stage.out * width), stride: b === 0 ? stage.stride : 1 };
          x = nn.module(b, () => block(nn, x, size, conventions, separable));
        }
        return x;
      });
    });
  });
  x = nn.tap('global_pool', nn.globalAvgPool(x, { name: 'global_pool' }));
  const rate = options.dropout ?? dropout;
  if (rate > 0) x = nn.dropout(x, { rate });
  return nn.graph(nn.dense(x, { name: 'classifier', units: classes }));
}

function block(
  nn: Builder,
  x: Value,
  { out, stride }: { readonly out: number; readonly stride: number },
  { norm, strided }: Conventions,
  separable: boolean,
): Value {
  const options = { out, kernel: 3, stride, padding: stride === 1 ? 1 : strided, norm, activation: 'relu6' } as const;
  if (!separable) return convNormActivation(nn, x, { ...options, names: { conv: 'conv', norm: 'bn1' } });
  const depthwise = { conv: 'conv_dw', norm: 'bn1' };
  return depthwiseSeparable(nn, x, { ...options, names: { depthwise, pointwise: { conv: 'conv_pw', norm: 'bn2' } } });
}

function unknownDialect(dialect: string): never {
  throw badOption('dialect', dialect, 'MobileNet V1 exists in timm and keras');
}
