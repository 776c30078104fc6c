import {
  Builder,
  convNorm,
  convNormActivation,
  depthwiseNormActivation,
  type Graph,
  invertedResidual,
  type Value,
} from '@convzoo/layers';
import { checkWidth, imageNetDefaults, type NetworkOptions } from '../options.js';
import { makeDivisible } from '../rounding.js';

export interface MnasNetOptions extends NetworkOptions {
  /** Width multiplier; 1 by default. It does not narrow the last convolution. */
  readonly width?: number | undefined;
  /** Dropout rate before the classifier; 0.2 by default. */
  readonly dropout?: number | undefined;
}

/** Figure 7 (MnasNet-B1, without squeeze and excitation): stacks of inverted residuals. */
const STACKS = [
  { out: 24, kernel: 3, stride: 2, expand: 3, blocks: 3 },
  { out: 40, kernel: 5, stride: 2, expand: 3, blocks: 3 },
  { out: 80, kernel: 5, stride: 2, expand: 6, blocks: 3 },
  { out: 96, kernel: 3, stride: 1, expand: 6, blocks: 2 },
  { out: 192, kernel: 5, stride: 2, expand: 6, blocks: 4 },
  { out: 320, kernel: 3, stride: 1, expand: 6, blocks: 1 },
] as const;

/** TensorFlow's momentum of 0.9997, in torch's meaning. */
const UNIT = { norm: { eps: 1e-5, momentum: 3e-4 }, activation: 'relu' } as const;

const names = (conv: number) => ({ conv: String(conv), norm: String(conv + 1) });
const BLOCK = { names: { expand: names(0), depthwise: names(3), project: names(6) } };

/**
 * MnasNet-B1 (Tan et al., "MnasNet: Platform-Aware Neural Architecture Search for Mobile", 2018; torchvision
 * `models/mnasnet.py`, version 2, which scales the stem too). Taps: `layers.2`, `layers.7`, the stacks `layers.8` ..
 * `layers.13` and their blocks, `layers.16`, `avgpool`.
 */
export function mnasnet(options: MnasNetOptions = {}): Graph {
  const width = checkWidth(options.width ?? 1);
  const { input, classes } = imageNetDefaults(options);
  const rate = options.dropout ?? 0.2;
  const nn = new Builder(options.name ?? (width === 1 ? 'mnasnet' : `mnasnet@${width}`));
  let x = nn.input(input);
  nn.scope('layers', () => {
    x = nn.tap(
      '2',
      convNormActivation(nn, x, { ...UNIT, names: names(0), out: makeDivisible(32 * width), kernel: 3, stride: 2 }),
    );
    x = depthwiseNormActivation(nn, x, { ...UNIT, names: names(3), kernel: 3 });
    x = nn.tap('7', convNorm(nn, x, { norm: UNIT.norm, names: names(6), out: makeDivisible(16 * width), kernel: 1 }));
    STACKS.forEach(({ out, blocks, stride, ...block }, i) => {
      x = nn.module(i + 8, () => {
        for (let b = 0; b < blocks; b++) {
          const size = { ...block, out: makeDivisible(out * width), stride: b === 0 ? stride : 1 };
          x = nn.module(b, () => inLayers(nn, x, size));
        }
        return x;
      });
    });
    x = nn.tap('16', convNormActivation(nn, x, { ...UNIT, names: names(14), out: 1280, kernel: 1 }));
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  return nn.graph(
    nn.scope('classifier', () => {
      if (rate > 0) x = nn.dropout(x, { name: '0', rate });
      return nn.dense(x, { name: '1', units: classes });
    }),
  );
}

interface BlockSize {
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly expand: number;
}

const inLayers = (nn: Builder, x: Value, size: BlockSize): Value =>
  nn.scope('layers', () => invertedResidual(nn, x, { ...UNIT, ...BLOCK, ...size }));
