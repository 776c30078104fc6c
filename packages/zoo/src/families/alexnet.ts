import { Builder, type Graph, type Value } from '@convzoo/layers';
import { imageNetDefaults, type NetworkOptions } from '../options.js';

/** What tells the networks of this family apart. */
export interface AlexNetConfig {
  /** Output channels of the five convolutions. */
  readonly widths: readonly [number, number, number, number, number];
  /** Groups of the five convolutions: the two processors of 2012 exchanged their maps in the third only. */
  readonly groups: readonly [number, number, number, number, number];
}

export const alexnetVariants = {
  /** One column (Krizhevsky, "One Weird Trick for Parallelizing Convolutional Neural Networks", 2014), torchvision's. */
  alexnet: { widths: [64, 192, 384, 256, 256], groups: [1, 1, 1, 1, 1] },
  /**
   * Two columns (Krizhevsky, Sutskever & Hinton, "ImageNet Classification with Deep CNNs", 2012, figure 2): 60,965,224
   * parameters. Without its local response normalisation, which has no parameters and which later networks gave up.
   */
  alexnet_2012: { widths: [96, 256, 384, 384, 256], groups: [1, 2, 1, 2, 2] },
} as const satisfies Record<string, AlexNetConfig>;

export type AlexNetVariant = keyof typeof alexnetVariants;

export interface AlexNetOptions extends NetworkOptions {
  /** Dropout rate before both hidden layers; 0.5 by default. */
  readonly dropout?: number | undefined;
}

/** Kernel, stride and padding of the five convolutions, and which of them a 3x3 max pool of stride 2 follows. */
const LAYERS = [
  { kernel: 11, stride: 4, padding: 2, pool: true },
  { kernel: 5, stride: 1, padding: 2, pool: true },
  { kernel: 3, stride: 1, padding: 1, pool: false },
  { kernel: 3, stride: 1, padding: 1, pool: false },
  { kernel: 3, stride: 1, padding: 1, pool: true },
] as const;

/**
 * AlexNet (torchvision `models/alexnet.py`). Every node of `features` and `classifier` has the path of torchvision's
 * module, so `features.2` is the first max pool. The last map is averaged to 6x6, so any input from 63x63 on fits.
 */
export function alexnet(variant: AlexNetVariant | AlexNetConfig = 'alexnet', options: AlexNetOptions = {}): Graph {
  const { widths, groups } = typeof variant === 'string' ? alexnetVariants[variant] : variant;
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (typeof variant === 'string' ? variant : 'alexnet'));
  let x = nn.input(input);
  nn.scope('features', () => {
    let index = 0;
    LAYERS.forEach(({ pool, ...size }, i) => {
      x = nn.conv2d(x, { name: `${index++}`, out: widths[i] ?? 0, groups: groups[i] ?? 1, ...size, bias: true });
      x = nn.activation(x, 'relu', { name: `${index++}` });
      if (!pool) return;
      const name = `${index++}`;
      x = nn.tap(name, nn.maxPool(x, { name, size: 3, stride: 2 }));
    });
  });
  x = nn.tap('avgpool', nn.adaptiveAvgPool(x, { name: 'avgpool', size: 6 }));
  x = nn.flatten(x);
  return nn.graph(nn.scope('classifier', () => classifier(nn, x, classes, options.dropout ?? 0.5)));
}

/** Layers 0 to 6: dropout, 4096 and ReLU, twice, then the classes. */
function classifier(nn: Builder, x: Value, classes: number, rate: number): Value {
  for (const index of [0, 3]) {
    if (rate > 0) x = nn.dropout(x, { name: `${index}`, rate });
    x = nn.dense(x, { name: `${index + 1}`, units: 4096 });
    x = nn.activation(x, 'relu', { name: `${index + 2}` });
  }
  return nn.dense(x, { name: '6', units: classes });
}
