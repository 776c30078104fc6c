import {
  type ActivationFunction,
  type BatchNormOptions,
  Builder,
  channelsOf,
  type Graph,
  type Value,
} from '@convzoo/layers';
import { checkWidth, type Dialect, imageNetDefaults, type NetworkOptions, type Preprocessing } from '../options.js';
import { makeDivisible } from '../rounding.js';
import { mobileBlock, type Pads, unit } from './mobile-blocks.js';

interface Row {
  readonly kernel: 3 | 5;
  /** Channels of the depthwise convolution. */
  readonly expand: number;
  readonly out: number;
  /** Squeeze and excitation. */
  readonly se: boolean;
  readonly activation: 'relu' | 'hardSwish';
  readonly stride: 1 | 2;
}

interface MobileNetV3Config {
  readonly rows: readonly Row[];
  /** Channels before the classifier. */
  readonly head: number;
  /** No squeeze and excitation, no hard swish, no 5x5 kernels: for hardware that is slow at them. */
  readonly minimalistic?: boolean;
}

/** Table 1. */
const LARGE: MobileNetV3Config = {
  head: 1280,
  rows: [
    { kernel: 3, expand: 16, out: 16, se: false, activation: 'relu', stride: 1 },
    { kernel: 3, expand: 64, out: 24, se: false, activation: 'relu', stride: 2 },
    { kernel: 3, expand: 72, out: 24, se: false, activation: 'relu', stride: 1 },
    { kernel: 5, expand: 72, out: 40, se: true, activation: 'relu', stride: 2 },
    { kernel: 5, expand: 120, out: 40, se: true, activation: 'relu', stride: 1 },
    { kernel: 5, expand: 120, out: 40, se: true, activation: 'relu', stride: 1 },
    { kernel: 3, expand: 240, out: 80, se: false, activation: 'hardSwish', stride: 2 },
    { kernel: 3, expand: 200, out: 80, se: false, activation: 'hardSwish', stride: 1 },
    { kernel: 3, expand: 184, out: 80, se: false, activation: 'hardSwish', stride: 1 },
    { kernel: 3, expand: 184, out: 80, se: false, activation: 'hardSwish', stride: 1 },
    { kernel: 3, expand: 480, out: 112, se: true, activation: 'hardSwish', stride: 1 },
    { kernel: 3, expand: 672, out: 112, se: true, activation: 'hardSwish', stride: 1 },
    { kernel: 5, expand: 672, out: 160, se: true, activation: 'hardSwish', stride: 2 },
    { kernel: 5, expand: 960, out: 160, se: true, activation: 'hardSwish', stride: 1 },
    { kernel: 5, expand: 960, out: 160, se: true, activation: 'hardSwish', stride: 1 },
  ],
};

/** Table 2. */
const SMALL: MobileNetV3Config = {
  head: 1024,
  rows: [
    { kernel: 3, expand: 16, out: 16, se: true, activation: 'relu', stride: 2 },
    { kernel: 3, expand: 72, out: 24, se: false, activation: 'relu', stride: 2 },
    { kernel: 3, expand: 88, out: 24, se: false, activation: 'relu', stride: 1 },
    { kernel: 5, expand: 96, out: 40, se: true, activation: 'hardSwish', stride: 2 },
    { kernel: 5, expand: 240, out: 40, se: true, activation: 'hardSwish', stride: 1 },
    { kernel: 5, expand: 240, out: 40, se: true, activation: 'hardSwish', stride: 1 },
    { kernel: 5, expand: 120, out: 48, se: true, activation: 'hardSwish', stride: 1 },
    { kernel: 5, expand: 144, out: 48, se: true, activation: 'hardSwish', stride: 1 },
    { kernel: 5, expand: 288, out: 96, se: true, activation: 'hardSwish', stride: 2 },
    { kernel: 5, expand: 576, out: 96, se: true, activation: 'hardSwish', stride: 1 },
    { kernel: 5, expand: 576, out: 96, se: true, activation: 'hardSwish', stride: 1 },
  ],
};

export const mobilenetV3Variants = {
  mobilenet_v3_large: LARGE,
  mobilenet_v3_small: SMALL,
  /** TensorFlow's, not the paper's: tensorflow/models, slim/nets/mobilenet/README.md. */
  mobilenet_v3_large_minimalistic: { ...LARGE, minimalistic: true },
  mobilenet_v3_small_minimalistic: { ...SMALL, minimalistic: true },
} as const satisfies Record<string, MobileNetV3Config>;

export type MobileNetV3Variant = keyof typeof mobilenetV3Variants;

export interface MobileNetV3Options extends NetworkOptions {
  /** Width multiplier; 1 by default. */
  readonly width?: number | undefined;
  /**
   * `torchvision` (default) has eps 1e-3, symmetric padding, and scales every width; `timm` has eps 1e-5 and widths as
   * Keras, and no dropout; `keras` pads `same`, multiplies widths that are rounded already, never narrows stem and
   * head, and rescales its pixels itself.
   */
  readonly dialect?: Dialect | undefined;
  /** timm's `tf_` networks, which take TensorFlow's weights: `same` padding and eps 1e-3. */
  readonly tensorflow?: boolean | undefined;
  /** By default `rescaling` in Keras (pixels of 0..255 to -1..1), `none` elsewhere. */
  readonly preprocessing?: Preprocessing | undefined;
  /** Dropout rate before the classifier; by default 0.2, none in timm. */
  readonly dropout?: number | undefined;
}

interface Conventions {
  readonly stem: (width: number) => number;
  /** Channels of the depthwise convolution: of the table, of the block's input, and the table's factor between them. */
  readonly expanded: (size: { readonly table: number; readonly inputs: number; readonly ratio: number }) => number;
  /** Channels of the last convolution and of the layer before the classifier. */
  readonly last: (inputs: number, table: number) => number;
  readonly head: (channels: number) => number;
  readonly norm: Omit<BatchNormOptions, 'name'>;
  readonly pads: Pads;
  readonly dropout: number;
  readonly preprocessing: Preprocessing;
}

/** Keras and timm expand the rounded input of a block; torchvision rounds what the table says. */
const byRatio: Conventions['expanded'] = ({ inputs, ratio }) => makeDivisible(inputs * ratio);

function conventionsOf(dialect: Dialect, tensorflow: boolean, width: number): Conventions {
  switch (dialect) {
    case 'torchvision':
      return {
        stem: () => makeDivisible(16 * width),
        expanded: ({ table }) => makeDivisible(table * width),
        last: (inputs) => 6 * inputs,
        head: (channels) => makeDivisible(channels * width),
        norm: { eps: 1e-3, momentum: 0.01 },
        pads: tensorflow ? { padding: 'same' } : {},
        dropout: 0.2,
        preprocessing: 'none',
      };
    case 'timm':
      return {
        stem: () => (width < 0.75 ? 16 : makeDivisible(16 * width)),
        expanded: byRatio,
        last: (_, table) => makeDivisible(6 * table * width),
        head: (channels) => channels,
        norm: { eps: tensorflow ? 1e-3 : 1e-5, momentum: 0.1 },
        pads: tensorflow ? { padding: 'same' } : {},
        dropout: 0,
        preprocessing: 'none',
      };
    case 'keras':
      return {
        stem: () => 16,
        expanded: byRatio,
        last: (inputs) => makeDivisible(6 * inputs),
        head: (channels) => (width > 1 ? makeDivisible(channels * width) : channels),
        norm: { eps: 1e-3, momentum: 0.001 },
        pads: { padding: 'same' },
        dropout: 0.2,
        preprocessing: 'rescaling',
      };
  }
}

/**
 * MobileNet V3 (Howard et al., "Searching for MobileNetV3", 2019, tables 1 and 2; torchvision `models/mobilenetv3.py`,
 * timm `models/mobilenetv3.py`, Keras `applications/mobilenet_v3.py`). Taps: `features.0` .. the last convolution
 * (`features.16` of large, `features.12` of small), `avgpool`, `classifier.0` (before its activation).
 */
export function mobilenetV3(variant: MobileNetV3Variant, options: MobileNetV3Options = {}): Graph {
  const { rows, head, minimalistic = false }: MobileNetV3Config = mobilenetV3Variants[variant];
  const width = checkWidth(options.width ?? 1);
  const conventions = conventionsOf(options.dialect ?? 'torchvision', options.tensorflow ?? false, width);
  const { norm, pads } = conventions;
  const { input, classes } = imageNetDefaults(options);
  const activation: ActivationFunction = minimalistic ? 'relu' : 'hardSwish';
  const nn = new Builder(options.name ?? (width === 1 ? variant : `${variant}@${width}`));
  let x = nn.input(input);
  if ((options.preprocessing ?? conventions.preprocessing) !== 'none') {
    x = nn.rescale(x, { name: 'rescaling', scale: [1 / 127.5], offset: [-1] });
  }
  let table = 16;
  nn.scope('features', () => {
    let index = 0;
    const next = (build: (x: Value) => Value): void => {
      x = nn.module(index++, () => build(x));
    };
    next((y) => unit(nn, y, { ...pads, out: conventions.stem(width), kernel: 3, stride: 2, norm, activation }));
    rows.forEach((row, i) => {
      const inputs = channelsOf(x.shape);
      const expanded = conventions.expanded({ table: row.expand, inputs, ratio: row.expand / table });
      const squeeze = { squeeze: makeDivisible(expanded / 4), gate: 'hardSigmoid' } as const;
      next((y) =>
        mobileBlock(nn, y, {
          ...pads,
          norm,
          out: makeDivisible(row.out * width),
          expanded: i === 0 ? undefined : expanded,
          stride: row.stride,
          kernel: minimalistic ? 3 : row.kernel,
          activation: minimalistic ? 'relu' : row.activation,
          squeeze: row.se && !minimalistic ? squeeze : undefined,
        }),
      );
      table = row.out;
    });
    next((y) => unit(nn, y, { out: conventions.last(channelsOf(y.shape), table), kernel: 1, norm, activation }));
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  const rate = options.dropout ?? conventions.dropout;
  return nn.graph(
    nn.scope('classifier', () => {
      x = nn.tap('0', nn.dense(x, { name: '0', units: conventions.head(head) }));
      x = nn.activation(x, activation, { name: '1' });
      if (rate > 0) x = nn.dropout(x, { name: '2', rate });
      return nn.dense(x, { name: '3', units: classes });
    }),
  );
}
