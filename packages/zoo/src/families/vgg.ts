import { Builder, type Graph, sameShape, type Value } from '@convzoo/layers';
import { badOption, type Dialect, imageNetDefaults, type NetworkOptions } from '../options.js';

/** A max pool. */
const M = 'M';
/** A 1x1 convolution; every other one is 3x3. */
const pointwise = (out: number) => ({ out, kernel: 1 }) as const;

/** Columns of table 1 of Simonyan & Zisserman, "Very Deep Convolutional Networks", 2014. */
const CONFIGS = {
  A: [64, M, 128, M, 256, 256, M, 512, 512, M, 512, 512, M],
  B: [64, 64, M, 128, 128, M, 256, 256, M, 512, 512, M, 512, 512, M],
  // biome-ignore format: one row a configuration
  C: [64, 64, M, 128, 128, M, 256, 256, pointwise(256), M, 512, 512, pointwise(512), M, 512, 512, pointwise(512), M],
  D: [64, 64, M, 128, 128, M, 256, 256, 256, M, 512, 512, 512, M, 512, 512, 512, M],
  E: [64, 64, M, 128, 128, M, 256, 256, 256, 256, M, 512, 512, 512, 512, M, 512, 512, 512, 512, M],
} as const;

export interface VggConfig {
  readonly config: keyof typeof CONFIGS;
  /** BatchNorm after every convolution, which keeps its bias (torchvision's `_bn` variants; not in the paper). */
  readonly norm: boolean;
}

export const vggVariants = {
  vgg11: { config: 'A', norm: false },
  vgg13: { config: 'B', norm: false },
  vgg16_c: { config: 'C', norm: false },
  vgg16: { config: 'D', norm: false },
  vgg19: { config: 'E', norm: false },
  vgg11_bn: { config: 'A', norm: true },
  vgg13_bn: { config: 'B', norm: true },
  vgg16_bn: { config: 'D', norm: true },
  vgg19_bn: { config: 'E', norm: true },
} as const satisfies Record<string, VggConfig>;

export type VggVariant = keyof typeof vggVariants;

export interface VggOptions extends NetworkOptions {
  /**
   * `torchvision` (default) averages the last map to 7x7, so that any input fits, and has dropout. `keras` has neither:
   * its first dense layer grows with the input. `timm` has no dropout and is the same network at 224x224 only.
   */
  readonly dialect?: Dialect | undefined;
  /** Dropout rate after both hidden layers; by default 0.5 in torchvision, none in Keras and timm. */
  readonly dropout?: number | undefined;
}

/**
 * VGG (Simonyan & Zisserman 2014; torchvision `models/vgg.py`). Every node of `features` and `classifier` has the path of
 * torchvision's module, so `features.4` is VGG-16's first max pool.
 */
export function vgg(variant: VggVariant | VggConfig, options: VggOptions = {}): Graph {
  const { config, norm } = typeof variant === 'string' ? vggVariants[variant] : variant;
  const { dialect = 'torchvision', dropout = dialect === 'torchvision' ? 0.5 : 0 } = options;
  const { input, classes } = imageNetDefaults(options);
  const nn = new Builder(options.name ?? (typeof variant === 'string' ? variant : `vgg-${config}${norm ? '-bn' : ''}`));
  if (dialect === 'timm' && !sameShape(input.slice(0, 2), [224, 224])) {
    throw badOption('input', input, 'the classifier of timm is a 7x7 convolution: use 224x224, or dialect torchvision');
  }
  let x = features(nn, nn.input(input), config, norm);
  if (dialect === 'torchvision') x = nn.tap('avgpool', nn.adaptiveAvgPool(x, { name: 'avgpool', size: 7 }));
  x = nn.flatten(x);
  return nn.graph(nn.scope('classifier', () => classifier(nn, x, classes, dropout)));
}

function features(nn: Builder, x: Value, config: keyof typeof CONFIGS, norm: boolean): Value {
  return nn.scope('features', () => {
    let index = 0;
    const name = (): string => String(index++);
    for (const layer of CONFIGS[config]) {
      if (layer === M) {
        const path = name();
        x = nn.tap(path, nn.maxPool(x, { name: path, size: 2 }));
        continue;
      }
      const { out, kernel } = typeof layer === 'number' ? { out: layer, kernel: 3 } : layer;
      x = nn.conv2d(x, { name: name(), out, kernel, bias: true });
      if (norm) x = nn.batchNorm(x, { name: name() });
      x = nn.activation(x, 'relu', { name: name() });
    }
    return x;
  });
}

/** Layers 0 to 6: two hidden layers of 4096, each with ReLU and dropout, then the classes. */
function classifier(nn: Builder, x: Value, classes: number, dropout: number): Value {
  for (const index of [0, 3]) {
    x = nn.dense(x, { name: String(index), units: 4096 });
    x = nn.activation(x, 'relu', { name: String(index + 1) });
    if (dropout > 0) x = nn.dropout(x, { name: String(index + 2), rate: dropout });
  }
  return nn.dense(x, { name: '6', units: classes });
}
