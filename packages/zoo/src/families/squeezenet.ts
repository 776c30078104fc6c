import { Builder, type Graph, type Value } from '@convzoo/layers';
import { imageNetDefaults, type NetworkOptions } from '../options.js';

/** A max pool. */
const M = 'M';

interface SqueezeNetConfig {
  readonly stem: { readonly out: number; readonly kernel: number };
  /** Fire modules by their squeeze channels, an expansion each half of 1x1 and half of 3x3, and the pools between. */
  readonly layers: readonly (typeof M | { readonly squeeze: number; readonly expand: number })[];
}

const fire = (squeeze: number, expand: number) => ({ squeeze, expand }) as const;

export const squeezenetVariants = {
  /** Table 1 of the paper. */
  squeezenet1_0: {
    stem: { out: 96, kernel: 7 },
    // biome-ignore format: one row a resolution
    layers: [
      M, fire(16, 64), fire(16, 64), fire(32, 128),
      M, fire(32, 128), fire(48, 192), fire(48, 192), fire(64, 256),
      M, fire(64, 256),
    ],
  },
  /** The authors' release of 2016 (forresti/SqueezeNet, SqueezeNet_v1.1): earlier pools, 2.4 times fewer operations. */
  squeezenet1_1: {
    stem: { out: 64, kernel: 3 },
    // biome-ignore format: one row a resolution
    layers: [
      M, fire(16, 64), fire(16, 64),
      M, fire(32, 128), fire(32, 128),
      M, fire(48, 192), fire(48, 192), fire(64, 256), fire(64, 256),
    ],
  },
} as const satisfies Record<string, SqueezeNetConfig>;

export type SqueezeNetVariant = keyof typeof squeezenetVariants;

export interface SqueezeNetOptions extends NetworkOptions {
  /** Dropout rate before the last convolution; 0.5 by default. */
  readonly dropout?: number | undefined;
}

/**
 * SqueezeNet (Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016; torchvision
 * `models/squeezenet.py`). Pools round up, as Caffe's do. The classifier is a 1x1 convolution with a ReLU, averaged last.
 * Taps: every module of `features` (`features.3` is the first fire module), `classifier.1`.
 */
export function squeezenet(variant: SqueezeNetVariant, options: SqueezeNetOptions = {}): Graph {
  const { stem, layers } = squeezenetVariants[variant];
  const { input, classes } = imageNetDefaults(options);
  const rate = options.dropout ?? 0.5;
  const nn = new Builder(options.name ?? variant);
  let x = nn.input(input);
  nn.scope('features', () => {
    x = nn.tap('0', nn.conv2d(x, { ...stem, name: '0', stride: 2, padding: 'valid', bias: true }));
    x = nn.tap('1', nn.activation(x, 'relu', { name: '1' }));
    layers.forEach((layer, i) => {
      const name = String(i + 2);
      const pool = { name, size: 3, stride: 2, ceilMode: true };
      x = layer === M ? nn.tap(name, nn.maxPool(x, pool)) : nn.module(name, () => fireModule(nn, x, layer));
    });
  });
  return nn.graph(
    nn.scope('classifier', () => {
      if (rate > 0) x = nn.dropout(x, { name: '0', rate });
      x = nn.tap('1', nn.conv2d(x, { name: '1', out: classes, kernel: 1, bias: true }));
      return nn.globalAvgPool(nn.activation(x, 'relu', { name: '2' }), { name: '3' });
    }),
  );
}

/** Figure 2: 1x1 squeezes, then 1x1 and 3x3 side by side expand. */
function fireModule(nn: Builder, x: Value, { squeeze, expand }: ReturnType<typeof fire>): Value {
  const unit = (input: Value, name: string, out: number, kernel: number): Value =>
    nn.activation(nn.conv2d(input, { name, out, kernel, bias: true }), 'relu', { name: `${name}_activation` });
  const squeezed = unit(x, 'squeeze', squeeze, 1);
  return nn.concat([unit(squeezed, 'expand1x1', expand, 1), unit(squeezed, 'expand3x3', expand, 3)]);
}
