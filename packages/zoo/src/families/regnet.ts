import {
  Builder,
  type ConvNormOptions,
  channelsOf,
  convNorm,
  convNormActivation,
  type Graph,
  type Value,
} from '@convzoo/layers';
import { type Dialect, imageNetDefaults, type NetworkOptions } from '../options.js';
import { makeDivisible } from '../rounding.js';
import { squeezeExcitation } from './squeeze-excitation.js';

/** The few numbers that make a RegNet (Radosavovic et al., "Designing Network Design Spaces", 2020, section 3.3). */
export interface RegNetConfig {
  /** Blocks in all. */
  readonly depth: number;
  /** Width of the first block: w_0. */
  readonly initialWidth: number;
  /** Growth of the width a block: w_a. */
  readonly slope: number;
  /** Ratio of the widths of a stage and the one before, before rounding: w_m. */
  readonly ratio: number;
  /** Channels of a group of the 3x3 convolutions. */
  readonly groupWidth: number;
  /** Squeezed channels over the block's *input* channels; none in RegNetX, 0.25 in RegNetY. */
  readonly squeeze?: number;
}

const x = (depth: number, initialWidth: number, slope: number, ratio: number, groupWidth: number) =>
  ({ depth, initialWidth, slope, ratio, groupWidth }) as const;
const y = (...row: Parameters<typeof x>) => ({ ...x(...row), squeeze: 0.25 }) as const;

/** Depth, w_0, w_a, w_m and group width (torchvision `models/regnet.py`; figures 16 and 17 of the paper have the stages). */
export const regnetVariants = {
  regnet_x_400mf: x(22, 24, 24.48, 2.54, 16),
  regnet_x_800mf: x(16, 56, 35.73, 2.28, 16),
  regnet_x_1_6gf: x(18, 80, 34.01, 2.25, 24),
  regnet_x_3_2gf: x(25, 88, 26.31, 2.25, 48),
  regnet_x_8gf: x(23, 80, 49.56, 2.88, 120),
  regnet_x_16gf: x(22, 216, 55.59, 2.1, 128),
  regnet_x_32gf: x(23, 320, 69.86, 2, 168),
  regnet_y_400mf: y(16, 48, 27.89, 2.09, 8),
  regnet_y_800mf: y(14, 56, 38.84, 2.4, 16),
  regnet_y_1_6gf: y(27, 48, 20.71, 2.65, 24),
  regnet_y_3_2gf: y(21, 80, 42.63, 2.66, 24),
  regnet_y_8gf: y(17, 192, 76.82, 2.19, 56),
  regnet_y_16gf: y(18, 200, 106.23, 2.48, 112),
  regnet_y_32gf: y(20, 232, 115.89, 2.53, 232),
} as const satisfies Record<string, RegNetConfig>;

export type RegNetVariant = keyof typeof regnetVariants;

export interface RegNetOptions extends NetworkOptions {
  /**
   * How widths are fitted to their groups: `torchvision` (default) rounds halves up and never below 90 %, `timm`, as the
   * authors' pycls, to the nearest, halves to even. Some networks are the same by both, RegNetX-400MF is not.
   */
  readonly dialect?: Exclude<Dialect, 'keras'> | undefined;
}

export interface RegNetStage {
  readonly width: number;
  readonly depth: number;
  readonly groupWidth: number;
}

/**
 * The stages that the quantised linear rule gives: widths w_0 + w_a j are rounded to powers of w_m times w_0, then to
 * multiples of 8; neighbours of one width are a stage, whose width is then fitted to its groups (section 3.3, equations
 * 2 to 4).
 */
export function regnetStages(
  config: RegNetConfig,
  dialect: RegNetOptions['dialect'] = 'torchvision',
): readonly RegNetStage[] {
  const { depth, initialWidth, slope, ratio, groupWidth } = config;
  const stages: { width: number; depth: number }[] = [];
  for (let block = 0; block < depth; block++) {
    const power = roundHalfEven(Math.log((initialWidth + slope * block) / initialWidth) / Math.log(ratio));
    const width = roundHalfEven((initialWidth * ratio ** power) / 8) * 8;
    const last = stages.at(-1);
    if (last?.width === width) last.depth++;
    else stages.push({ width, depth: 1 });
  }
  return stages.map((stage) => {
    const group = Math.min(groupWidth, stage.width);
    const width = dialect === 'timm' ? roundHalfEven(stage.width / group) * group : makeDivisible(stage.width, group);
    return { depth: stage.depth, width, groupWidth: group };
  });
}

/** As Python, NumPy and torch round: RegNetX-1.6GF has a width of 22.5 times 8, which becomes 22. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * RegNetX and RegNetY (Radosavovic et al. 2020; torchvision `models/regnet.py`). Taps: `stem`, `trunk_output.block1` ..
 * `block4`, every block (`trunk_output.block1.block1-0`), `avgpool`.
 */
export function regnet(variant: RegNetVariant | RegNetConfig, options: RegNetOptions = {}): Graph {
  const config: RegNetConfig = typeof variant === 'string' ? regnetVariants[variant] : variant;
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (typeof variant === 'string' ? variant : 'regnet'));
  const image = nn.input(input);
  let map = nn.module('stem', () => unit(nn, image, { out: 32, kernel: 3, stride: 2 }));
  nn.scope('trunk_output', () => {
    regnetStages(config, options.dialect).forEach((stage, s) => {
      map = nn.module(`block${s + 1}`, () => {
        for (let i = 0; i < stage.depth; i++) {
          map = nn.module(`block${s + 1}-${i}`, () => block(nn, map, stage, i === 0 ? 2 : 1, config.squeeze));
        }
        return map;
      });
    });
  });
  map = nn.tap('avgpool', nn.globalAvgPool(map, { name: 'avgpool' }));
  return nn.graph(nn.dense(map, { name: 'fc', units: classes }));
}

type UnitOptions = Omit<ConvNormOptions, 'names'>;

/** torchvision's Conv2dNormActivation: a convolution called 0 and a norm called 1 in the current scope. */
const plainUnit = (nn: Builder, input: Value, options: UnitOptions): Value =>
  convNorm(nn, input, { ...options, names: { conv: '0', norm: '1' } });
const unit = (nn: Builder, input: Value, options: UnitOptions): Value =>
  convNormActivation(nn, input, { ...options, names: { conv: '0', norm: '1' }, activation: 'relu' });

/** The bottleneck of ResNeXt without a bottleneck: 1x1, grouped 3x3, perhaps squeeze and excitation, 1x1 (figure 4). */
function block(nn: Builder, input: Value, stage: RegNetStage, stride: number, squeeze: number | undefined): Value {
  const { width: out, groupWidth } = stage;
  const inputs = channelsOf(input.shape);
  // The projection comes first, as checkpoints list it.
  const shortcut =
    inputs === out && stride === 1 ? input : nn.scope('proj', () => plainUnit(nn, input, { out, kernel: 1, stride }));
  const branch = nn.scope('f', () => {
    let map = nn.scope('a', () => unit(nn, input, { out, kernel: 1 }));
    map = nn.scope('b', () => unit(nn, map, { out, kernel: 3, stride, groups: out / groupWidth }));
    if (squeeze !== undefined) {
      map = nn.scope('se', () => squeezeExcitation(nn, map, { squeeze: Math.round(squeeze * inputs) }));
    }
    return nn.scope('c', () => plainUnit(nn, map, { out, kernel: 1 }));
  });
  return nn.activation(nn.add(shortcut, branch), 'relu');
}
