import {
  type BatchNormOptions,
  Builder,
  convNormActivation,
  type Graph,
  invertedResidual,
  type PaddingLike,
  type Value,
} from '@convzoo/layers';
import { checkWidth, type Dialect, imageNetDefaults, type NetworkOptions } from '../options.js';
import { makeDivisible } from '../rounding.js';

export interface MobileNetV2Options extends NetworkOptions {
  /** Width multiplier (section 6.1); 1 by default. Below 1 it does not narrow the last convolution. */
  readonly width?: number | undefined;
  /**
   * `torchvision` (default) has dropout, `timm` is the same without; `keras` pads right and bottom at stride 2, has eps
   * 1e-3 and truncates widths before it rounds them.
   */
  readonly dialect?: Dialect | undefined;
  /** Dropout rate before the classifier; by default 0.2 in torchvision, none elsewhere. */
  readonly dropout?: number | undefined;
}

/** Table 2: expansion factor t, output channels c, repetitions n, stride s of the first. */
const STAGES = [
  { expand: 1, out: 16, blocks: 1, stride: 1 },
  { expand: 6, out: 24, blocks: 2, stride: 2 },
  { expand: 6, out: 32, blocks: 3, stride: 2 },
  { expand: 6, out: 64, blocks: 4, stride: 2 },
  { expand: 6, out: 96, blocks: 3, stride: 1 },
  { expand: 6, out: 160, blocks: 3, stride: 2 },
  { expand: 6, out: 320, blocks: 1, stride: 1 },
] as const;

interface Conventions {
  readonly round: (channels: number) => number;
  readonly norm: Omit<BatchNormOptions, 'name'>;
  readonly padding: PaddingLike;
  readonly dropout: number;
}

const TORCH = { round: makeDivisible, norm: { eps: 1e-5, momentum: 0.1 }, padding: 1 } as const;

const CONVENTIONS: Readonly<Record<Dialect, Conventions>> = {
  torchvision: { ...TORCH, dropout: 0.2 },
  timm: { ...TORCH, dropout: 0 },
  keras: {
    round: (channels) => makeDivisible(Math.trunc(channels)),
    norm: { eps: 1e-3, momentum: 0.001 },
    padding: 'same',
    dropout: 0,
  },
};

/**
 * MobileNet V2 (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, table 2; torchvision
 * `models/mobilenetv2.py`) at any width and resolution. Taps: `features.0` .. `features.18`, `avgpool`.
 */
export function mobilenetV2(options: MobileNetV2Options = {}): Graph {
  const { round, norm, padding, dropout } = CONVENTIONS[options.dialect ?? 'torchvision'];
  const width = checkWidth(options.width ?? 1);
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (width === 1 ? 'mobilenet_v2' : `mobilenet_v2@${width}`));
  const unit = { names: { conv: '0', norm: '1' }, norm, activation: 'relu6' } as const;
  let x = nn.input(input);
  nn.scope('features', () => {
    let index = 0;
    const next = (build: (x: Value) => Value): void => {
      x = nn.module(index++, () => build(x));
    };
    // The first and the last convolution are rounded without Keras's truncation.
    const stem = { ...unit, out: makeDivisible(32 * width), kernel: 3, stride: 2, padding };
    next((y) => convNormActivation(nn, y, stem));
    for (const { expand, out, blocks, stride } of STAGES) {
      for (let i = 0; i < blocks; i++) {
        const size = { out: round(out * width), expand, kernel: 3, stride: i === 0 ? stride : 1, padding };
        next((y) => invertedResidual(nn, y, { ...size, activation: 'relu6', norm, names: blockNames(expand) }));
      }
    }
    next((y) => convNormActivation(nn, y, { ...unit, out: makeDivisible(1280 * Math.max(1, width)), kernel: 1 }));
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  const rate = options.dropout ?? dropout;
  return nn.graph(
    nn.scope('classifier', () => {
      if (rate > 0) x = nn.dropout(x, { name: '0', rate });
      return nn.dense(x, { name: '1', units: classes });
    }),
  );
}

/** torchvision's `conv.0.0`, `conv.0.1` ...: blocks without an expansion have one unit fewer. */
function blockNames(expand: number) {
  const names = (conv: string, norm: string) => ({ conv: `conv.${conv}`, norm: `conv.${norm}` });
  const wide = expand !== 1;
  return {
    expand: names('0.0', '0.1'),
    depthwise: wide ? names('1.0', '1.1') : names('0.0', '0.1'),
    project: wide ? names('2', '3') : names('1', '2'),
  };
}
