import { Builder, channelsOf, convNorm, convNormActivation, type Graph, type Value } from '@convzoo/layers';
import { imageNetDefaults, type NetworkOptions } from '../options.js';

interface ShuffleNetV2Config {
  /** Channels of the three stages and of the last convolution (table 5). */
  readonly widths: readonly [number, number, number];
  readonly last: number;
}

export const shufflenetV2Variants = {
  shufflenet_v2_x0_5: { widths: [48, 96, 192], last: 1024 },
  shufflenet_v2_x1_0: { widths: [116, 232, 464], last: 1024 },
  shufflenet_v2_x1_5: { widths: [176, 352, 704], last: 1024 },
  shufflenet_v2_x2_0: { widths: [244, 488, 976], last: 2048 },
} as const satisfies Record<string, ShuffleNetV2Config>;

export type ShuffleNetV2Variant = keyof typeof shufflenetV2Variants;

/** Blocks of each stage (table 5). */
const DEPTHS = [4, 8, 4] as const;
const STEM = 24;

const names = (conv: number) => ({ conv: String(conv), norm: String(conv + 1) });

/**
 * ShuffleNet V2 (Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design", 2018, table 5;
 * torchvision `models/shufflenetv2.py`). Taps: `conv1`, `maxpool`, `stage2` .. `stage4` and their blocks (`stage2.0`),
 * `conv5`, `avgpool`.
 */
export function shufflenetV2(variant: ShuffleNetV2Variant, options: NetworkOptions = {}): Graph {
  const { widths, last } = shufflenetV2Variants[variant];
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? variant);
  let x = nn.input(input);
  const plain = (index: number, out: number, kernel: number, stride: number): Value =>
    nn.module(`conv${index}`, () =>
      convNormActivation(nn, x, { names: names(0), out, kernel, stride, activation: 'relu' }),
    );
  x = plain(1, STEM, 3, 2);
  x = nn.tap('maxpool', nn.maxPool(x, { name: 'maxpool', size: 3, stride: 2, padding: 1 }));
  widths.forEach((out, stage) => {
    x = nn.module(`stage${stage + 2}`, () => {
      for (let i = 0; i < (DEPTHS[stage] ?? 0); i++) {
        x = nn.module(i, () => (i === 0 ? strided(nn, x, out) : split(nn, x)));
      }
      return x;
    });
  });
  x = plain(5, last, 1, 1);
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(nn.dense(x, { name: 'fc', units: classes }));
}

/** Figure 3 (c): half of the channels pass by, the others are worked on, and both are shuffled. */
function split(nn: Builder, x: Value): Value {
  const size = channelsOf(x.shape) / 2;
  const kept = nn.sliceChannels(x, { name: 'kept', start: 0, size });
  const worked = nn.sliceChannels(x, { name: 'worked', start: size, size });
  return shuffled(nn, kept, wide(nn, worked, size, 1));
}

/** Figure 3 (d): the map halves and the channels grow, so both branches see all of the input. */
function strided(nn: Builder, x: Value, out: number): Value {
  const narrow = nn.scope('branch1', () => {
    const groups = channelsOf(x.shape);
    const y = convNorm(nn, x, { names: names(0), out: groups, groups, kernel: 3, stride: 2 });
    return convNormActivation(nn, y, { names: names(2), out: out / 2, kernel: 1, activation: 'relu' });
  });
  return shuffled(nn, narrow, wide(nn, x, out / 2, 2));
}

/** 1x1, depthwise 3x3 without an activation, 1x1. */
function wide(nn: Builder, x: Value, out: number, stride: number): Value {
  return nn.scope('branch2', () => {
    let y = convNormActivation(nn, x, { names: names(0), out, kernel: 1, activation: 'relu' });
    y = convNorm(nn, y, { names: names(3), out, groups: out, kernel: 3, stride });
    return convNormActivation(nn, y, { names: names(5), out, kernel: 1, activation: 'relu' });
  });
}

const shuffled = (nn: Builder, first: Value, second: Value): Value =>
  nn.channelShuffle(nn.concat([first, second]), { groups: 2 });
