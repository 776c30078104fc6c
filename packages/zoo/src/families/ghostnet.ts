import { Builder, channelsOf, convNorm, convNormActivation, type Graph, type Value } from '@convzoo/layers';
import { checkWidth, imageNetDefaults, type NetworkOptions } from '../options.js';
import { makeDivisible } from '../rounding.js';
import { squeezeExcitation } from './squeeze-excitation.js';

export interface GhostNetOptions extends NetworkOptions {
  /** Width multiplier; 1 by default. It does not narrow the layer before the classifier. */
  readonly width?: number | undefined;
  /** Dropout rate before the classifier; 0.2 by default. */
  readonly dropout?: number | undefined;
}

interface Row {
  readonly kernel: 3 | 5;
  /** Channels between the two ghost modules. */
  readonly expand: number;
  readonly out: number;
  readonly se: boolean;
  readonly stride: 1 | 2;
}

/** Table 7, grouped as timm's `blocks`. */
const STAGES: readonly (readonly Row[])[] = [
  [{ kernel: 3, expand: 16, out: 16, se: false, stride: 1 }],
  [{ kernel: 3, expand: 48, out: 24, se: false, stride: 2 }],
  [{ kernel: 3, expand: 72, out: 24, se: false, stride: 1 }],
  [{ kernel: 5, expand: 72, out: 40, se: true, stride: 2 }],
  [{ kernel: 5, expand: 120, out: 40, se: true, stride: 1 }],
  [{ kernel: 3, expand: 240, out: 80, se: false, stride: 2 }],
  [
    { kernel: 3, expand: 200, out: 80, se: false, stride: 1 },
    { kernel: 3, expand: 184, out: 80, se: false, stride: 1 },
    { kernel: 3, expand: 184, out: 80, se: false, stride: 1 },
    { kernel: 3, expand: 480, out: 112, se: true, stride: 1 },
    { kernel: 3, expand: 672, out: 112, se: true, stride: 1 },
  ],
  [{ kernel: 5, expand: 672, out: 160, se: true, stride: 2 }],
  [
    { kernel: 5, expand: 960, out: 160, se: false, stride: 1 },
    { kernel: 5, expand: 960, out: 160, se: true, stride: 1 },
    { kernel: 5, expand: 960, out: 160, se: false, stride: 1 },
    { kernel: 5, expand: 960, out: 160, se: true, stride: 1 },
  ],
];

/**
 * GhostNet (Han et al., "GhostNet: More Features from Cheap Operations", 2019, table 7; timm `models/ghostnet.py`). Paths
 * are timm's. Taps: `stem`, `blocks.0` .. `blocks.9`, `global_pool`, `conv_head`.
 */
export function ghostnet(options: GhostNetOptions = {}): Graph {
  const width = checkWidth(options.width ?? 1);
  const { input, classes } = imageNetDefaults(options);
  const rate = options.dropout ?? 0.2;
  const scaled = (channels: number): number => makeDivisible(channels * width, 4);
  const nn = new Builder(options.name ?? (width === 1 ? 'ghostnet' : `ghostnet@${width}`));
  const stem = { names: { conv: 'conv_stem', norm: 'bn1' }, out: scaled(16), kernel: 3, stride: 2 };
  let x = nn.tap('stem', convNormActivation(nn, nn.input(input), { ...stem, activation: 'relu' }));
  nn.scope('blocks', () => {
    STAGES.forEach((rows, stage) => {
      x = nn.module(stage, () => {
        rows.forEach((row, i) => {
          const size = { ...row, expand: scaled(row.expand), out: scaled(row.out) };
          x = nn.scope(i, () => bottleneck(nn, x, size));
        });
        return x;
      });
    });
    x = nn.module(STAGES.length, () =>
      nn.scope(0, () => {
        const last = { names: { conv: 'conv', norm: 'bn1' }, out: scaled(960), kernel: 1 };
        return convNormActivation(nn, x, { ...last, activation: 'relu' });
      }),
    );
  });
  x = nn.tap('global_pool', nn.adaptiveAvgPool(x, { name: 'global_pool', size: 1 }));
  x = nn.tap('conv_head', nn.conv2d(x, { name: 'conv_head', out: 1280, kernel: 1, bias: true }));
  x = nn.flatten(nn.activation(x, 'relu', { name: 'act2' }));
  if (rate > 0) x = nn.dropout(x, { rate });
  return nn.graph(nn.dense(x, { name: 'classifier', units: classes }));
}

/** Figure 3: two ghost modules, between them a depthwise convolution where the block strides. */
function bottleneck(
  nn: Builder,
  x: Value,
  { kernel, expand, out, se, stride }: { readonly [K in keyof Row]: Row[K] },
): Value {
  const inputs = channelsOf(x.shape);
  let y = nn.scope('ghost1', () => ghostModule(nn, x, expand, true));
  if (stride > 1) {
    const depthwise = { names: { conv: 'conv_dw', norm: 'bn_dw' }, kernel, stride };
    y = convNorm(nn, y, { ...depthwise, out: expand, groups: expand });
  }
  if (se) {
    const names = { reduce: 'conv_reduce', expand: 'conv_expand' };
    const squeeze = { squeeze: makeDivisible(expand / 4, 4), gate: 'hardSigmoid', names } as const;
    y = nn.scope('se', () => squeezeExcitation(nn, y, squeeze));
  }
  y = nn.scope('ghost2', () => ghostModule(nn, y, out, false));
  if (stride === 1 && inputs === out) return nn.add(y, x);
  const shortcut = nn.scope('shortcut', () => {
    const spatial = convNorm(nn, x, { names: { conv: '0', norm: '1' }, out: inputs, groups: inputs, kernel, stride });
    return convNorm(nn, spatial, { names: { conv: '2', norm: '3' }, out, kernel: 1 });
  });
  return nn.add(y, shortcut);
}

/** Half of the maps by a 1x1 convolution, the other half from those by a cheap depthwise 3x3 (section 3.1). */
function ghostModule(nn: Builder, x: Value, out: number, activated: boolean): Value {
  const half = Math.ceil(out / 2);
  const build = activated
    ? (y: Value, size: Size) => convNormActivation(nn, y, { ...size, names, activation: 'relu' })
    : (y: Value, size: Size) => convNorm(nn, y, { ...size, names });
  const primary = nn.scope('primary_conv', () => build(x, { out: half, kernel: 1 }));
  const cheap = nn.scope('cheap_operation', () => build(primary, { out: half, kernel: 3, groups: half }));
  const both = nn.concat([primary, cheap]);
  return 2 * half === out ? both : nn.sliceChannels(both, { start: 0, size: out });
}

interface Size {
  readonly out: number;
  readonly kernel: number;
  readonly groups?: number;
}

const names = { conv: '0', norm: '1' } as const;
