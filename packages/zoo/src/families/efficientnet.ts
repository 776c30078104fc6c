import { type BatchNormOptions, Builder, channelsOf, type Graph, type Value } from '@convzoo/layers';
import { type Dialect, imageNetDefaults, type NetworkOptions, type Preprocessing } from '../options.js';
import { makeDivisible } from '../rounding.js';
import { imageNetNormalisation } from './imagenet-normalisation.js';
import { mobileBlock, type Pads, unit } from './mobile-blocks.js';

/** Table 1 (EfficientNet-B0): the stages between the stem and the last convolution. */
const STAGES = [
  { expand: 1, kernel: 3, stride: 1, out: 16, blocks: 1 },
  { expand: 6, kernel: 3, stride: 2, out: 24, blocks: 2 },
  { expand: 6, kernel: 5, stride: 2, out: 40, blocks: 2 },
  { expand: 6, kernel: 3, stride: 2, out: 80, blocks: 3 },
  { expand: 6, kernel: 5, stride: 1, out: 112, blocks: 3 },
  { expand: 6, kernel: 5, stride: 2, out: 192, blocks: 4 },
  { expand: 6, kernel: 3, stride: 1, out: 320, blocks: 1 },
] as const;

interface EfficientNetConfig {
  /** Compound scaling (section 3.3): factors of channels and of blocks, and the resolution that goes with them. */
  readonly width: number;
  readonly depth: number;
  readonly resolution: number;
  readonly dropout: number;
  /** No squeeze and excitation, ReLU6 in place of swish: for integer hardware. */
  readonly lite?: boolean;
}

export const efficientnetVariants = {
  efficientnet_b0: { width: 1, depth: 1, resolution: 224, dropout: 0.2 },
  efficientnet_b1: { width: 1, depth: 1.1, resolution: 240, dropout: 0.2 },
  /** 260 in the authors' code and in Keras; torchvision and timm evaluate at 288. */
  efficientnet_b2: { width: 1.1, depth: 1.2, resolution: 288, dropout: 0.3 },
  efficientnet_b3: { width: 1.2, depth: 1.4, resolution: 300, dropout: 0.3 },
  efficientnet_b4: { width: 1.4, depth: 1.8, resolution: 380, dropout: 0.4 },
  efficientnet_b5: { width: 1.6, depth: 2.2, resolution: 456, dropout: 0.4 },
  efficientnet_b6: { width: 1.8, depth: 2.6, resolution: 528, dropout: 0.5 },
  efficientnet_b7: { width: 2, depth: 3.1, resolution: 600, dropout: 0.5 },
  /** tensorflow/tpu, models/official/efficientnet/lite. */
  efficientnet_lite0: { width: 1, depth: 1, resolution: 224, dropout: 0.2, lite: true },
} as const satisfies Record<string, EfficientNetConfig>;

export type EfficientNetVariant = keyof typeof efficientnetVariants;

export interface EfficientNetOptions extends NetworkOptions {
  /**
   * `torchvision` (default) has eps 1e-5, and 1e-3 from B5 on; `timm` has 1e-5 and no dropout; `keras` pads `same`, has
   * eps 1e-3, and normalises its pixels itself.
   */
  readonly dialect?: Dialect | undefined;
  /** timm's `tf_` networks, which take TensorFlow's weights: `same` padding and eps 1e-3. */
  readonly tensorflow?: boolean | undefined;
  /** By default `imagenet` in Keras (pixels of 0..255), `none` elsewhere. */
  readonly preprocessing?: Preprocessing | undefined;
  /** Dropout rate before the classifier; by default the variant's, none in timm. */
  readonly dropout?: number | undefined;
  /** Rate of stochastic depth that the blocks' rates grow towards, from 0 in the first; by default 0.2, none in timm. */
  readonly stochasticDepth?: number | undefined;
}

interface Conventions {
  readonly norm: Omit<BatchNormOptions, 'name'>;
  readonly pads: Pads;
  readonly dropout: number;
  readonly stochasticDepth: number;
  readonly preprocessing: Preprocessing;
}

/**
 * Keras's `Rescaling` and `Normalization`, as one. A Keras network without weights has the identity for normalisation;
 * its published weights hold ImageNet's numbers, which are no parameters here.
 */
const PREPROCESSING = {
  rescaling: { scale: [1 / 255], offset: [0] },
  imagenet: imageNetNormalisation,
} as const;

function conventionsOf(dialect: Dialect, tensorflow: boolean, { width, dropout }: EfficientNetConfig): Conventions {
  const pads: Pads = tensorflow || dialect === 'keras' ? { padding: 'same' } : {};
  switch (dialect) {
    case 'torchvision': {
      // torchvision took B5 to B7 over from TensorFlow, the smaller ones from timm.
      const norm = width >= 1.6 ? { eps: 1e-3, momentum: 0.01 } : { eps: 1e-5, momentum: 0.1 };
      return { norm, pads, dropout, stochasticDepth: 0.2, preprocessing: 'none' };
    }
    case 'timm':
      return {
        norm: { eps: tensorflow ? 1e-3 : 1e-5, momentum: 0.1 },
        pads,
        dropout: 0,
        stochasticDepth: 0,
        preprocessing: 'none',
      };
    case 'keras':
      return { norm: { eps: 1e-3, momentum: 0.01 }, pads, dropout, stochasticDepth: 0.2, preprocessing: 'imagenet' };
  }
}

/**
 * EfficientNet (Tan & Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, table 1;
 * torchvision `models/efficientnet.py`, timm `models/efficientnet.py`, Keras `applications/efficientnet.py`).
 * Taps: `features.0` .. `features.8`, every block (`features.2.0`), `avgpool`.
 */
export function efficientnet(variant: EfficientNetVariant, options: EfficientNetOptions = {}): Graph {
  const config: EfficientNetConfig = efficientnetVariants[variant];
  const { width, depth, resolution, lite = false } = config;
  const dialect = options.dialect ?? (lite ? 'timm' : 'torchvision');
  // Lite weights are TensorFlow's alone.
  const conventions = conventionsOf(dialect, options.tensorflow ?? lite, config);
  const { norm, pads } = conventions;
  const { input, classes } = imageNetDefaults({ ...options, input: options.input ?? resolution });
  const activation = lite ? 'relu6' : 'swish';
  const nn = new Builder(options.name ?? variant);
  let x = nn.input(input);
  const preprocessing = options.preprocessing ?? conventions.preprocessing;
  if (preprocessing !== 'none') x = nn.rescale(x, { name: 'normalization', ...PREPROCESSING[preprocessing] });
  const blocksOf = (stage: { readonly blocks: number }): number => Math.ceil(stage.blocks * depth);
  const allBlocks = STAGES.reduce((sum, stage) => sum + blocksOf(stage), 0);
  const lastRate = options.stochasticDepth ?? conventions.stochasticDepth;
  let built = 0;
  nn.scope('features', () => {
    const next = (index: number, build: (x: Value) => Value): void => {
      x = nn.module(index, () => build(x));
    };
    next(0, (y) => unit(nn, y, { ...pads, out: makeDivisible(32 * width), kernel: 3, stride: 2, norm, activation }));
    STAGES.forEach((row, stage) => {
      const { expand, kernel, stride, out } = row;
      next(stage + 1, (y) => {
        for (let i = 0; i < blocksOf(row); i++) {
          const inputs = channelsOf(y.shape);
          // A quarter of the block's input, not of what it is expanded to.
          const squeeze = { squeeze: Math.max(1, inputs >> 2), activation: 'swish' } as const;
          const block = {
            ...pads,
            norm,
            activation,
            kernel,
            out: makeDivisible(out * width),
            expanded: expand === 1 ? undefined : inputs * expand,
            stride: i === 0 ? stride : 1,
            squeeze: lite ? undefined : squeeze,
            drop: (lastRate * built++) / allBlocks,
          } as const;
          y = nn.module(i, () => mobileBlock(nn, y, block));
        }
        return y;
      });
    });
    next(8, (y) => unit(nn, y, { out: makeDivisible(1280 * width), kernel: 1, norm, activation }));
  });
  x = nn.tap('avgpool', nn.globalAvgPool(x, { name: 'avgpool' }));
  const rate = options.dropout ?? conventions.dropout;
  return nn.graph(
    nn.scope('classifier', () => {
      if (rate > 0) x = nn.dropout(x, { name: '0', rate });
      return nn.dense(x, { name: '1', units: classes });
    }),
  );
}
