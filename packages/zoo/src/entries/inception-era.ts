import type { MapShape } from '@convzoo/layers';
import type { ModelEntry } from '../entry.js';
import { alexnet } from '../families/alexnet.js';
import { type DenseNetVariant, densenet } from '../families/densenet.js';
import { googlenet } from '../families/googlenet.js';
import { inceptionV3 } from '../families/inception-v3.js';
import { lenet5 } from '../families/lenet.js';
import { type SqueezeNetVariant, squeezenet } from '../families/squeezenet.js';
import { xception } from '../families/xception.js';

const square = (extent: number): { readonly input: MapShape; readonly classes: number; readonly anyWidth: false } => ({
  input: [extent, extent, 3],
  classes: 1000,
  anyWidth: false,
});
const TORCHVISION = { dialects: ['torchvision'], presets: { torchvision: 'imagenet-torch' } } as const;

const lenet5Entry: ModelEntry = {
  family: 'lenet',
  summary: 'LeNet-5 for digits of 32x32 grey pixels, as it is read today.',
  input: [32, 32, 1],
  classes: 10,
  source: 'LeCun et al. 1998, section II.B',
  dialects: ['torchvision'],
  presets: { torchvision: 'mnist' },
  anyWidth: false,
  build: ({ input, classes } = {}) => lenet5({ input, classes }),
};

const alexnetEntry: ModelEntry = {
  family: 'alexnet',
  ...square(224),
  ...TORCHVISION,
  summary: 'AlexNet of one column.',
  source: 'Krizhevsky 2014; torchvision models/alexnet.py',
  build: ({ input, classes } = {}) => alexnet('alexnet', { input, classes }),
};

const squeezenetEntry = (variant: SqueezeNetVariant, summary: string): ModelEntry => ({
  family: 'squeezenet',
  ...square(224),
  ...TORCHVISION,
  summary,
  source: 'Iandola et al. 2016, table 1; torchvision models/squeezenet.py',
  build: ({ input, classes } = {}) => squeezenet(variant, { input, classes }),
});

const googlenetEntry: ModelEntry = {
  family: 'googlenet',
  ...square(224),
  summary: 'GoogLeNet with BatchNorm; auxiliary classifiers by option.',
  source: 'Szegedy et al. 2014, table 1; torchvision models/googlenet.py',
  dialects: ['torchvision'],
  // torchvision's weights are TensorFlow's, and its transform_input leads there from ImageNet's mean and deviation.
  presets: { torchvision: 'imagenet-tf-inception' },
  auxiliary: true,
  build: ({ input, classes, aux } = {}) => googlenet({ input, classes, aux }),
};

const inceptionV3Entry: ModelEntry = {
  family: 'inception-v3',
  ...square(299),
  summary: 'Inception v3; auxiliary classifier by option.',
  source: 'Szegedy et al. 2015, table 1; torchvision models/inception.py; Keras applications/inception_v3.py',
  dialects: ['torchvision', 'timm', 'keras'],
  presets: {
    torchvision: 'imagenet-tf-inception',
    timm: 'imagenet-tf-inception',
    keras: 'imagenet-tf-inception',
  },
  auxiliary: true,
  build: (options) => inceptionV3(options),
};

const xceptionEntry: ModelEntry = {
  family: 'xception',
  ...square(299),
  summary: 'Xception: separable convolutions around shortcuts.',
  source: 'Chollet 2016, figure 5; Keras applications/xception.py',
  dialects: ['keras'],
  presets: { keras: 'imagenet-tf-inception' },
  build: ({ input, classes } = {}) => xception({ input, classes }),
};

const densenetEntry = (variant: DenseNetVariant): ModelEntry => {
  const common = {
    family: 'densenet',
    ...square(224),
    summary: `DenseNet-${variant.slice('densenet'.length)}: every layer sees all before it.`,
    source: 'Huang et al. 2016, table 1; torchvision models/densenet.py; Keras applications/densenet.py',
    build: (options) => densenet(variant, options),
  } as const satisfies Partial<ModelEntry>;
  const presets = { torchvision: 'imagenet-torch', timm: 'imagenet-torch' } as const;
  // Keras has no DenseNet-161.
  return variant === 'densenet161'
    ? { ...common, dialects: ['torchvision', 'timm'], presets }
    : { ...common, dialects: ['torchvision', 'timm', 'keras'], presets: { ...presets, keras: 'imagenet-torch' } };
};

/** LeNet-5 to DenseNet: networks between 1998 and 2016 that are neither VGG nor ResNet. */
export const inceptionEra = {
  lenet5: lenet5Entry,
  alexnet: alexnetEntry,
  squeezenet1_0: squeezenetEntry('squeezenet1_0', 'SqueezeNet 1.0: fire modules.'),
  squeezenet1_1: squeezenetEntry('squeezenet1_1', 'SqueezeNet 1.1: earlier pools, 2.4 times fewer operations.'),
  googlenet: googlenetEntry,
  inception_v3: inceptionV3Entry,
  xception: xceptionEntry,
  densenet121: densenetEntry('densenet121'),
  densenet161: densenetEntry('densenet161'),
  densenet169: densenetEntry('densenet169'),
  densenet201: densenetEntry('densenet201'),
} satisfies Record<string, ModelEntry>;

/** Keras's names of them. */
export const inceptionEraAliases = {
  InceptionV3: { name: 'inception_v3', dialect: 'keras' },
  Xception: { name: 'xception', dialect: 'keras' },
  DenseNet121: { name: 'densenet121', dialect: 'keras' },
  DenseNet169: { name: 'densenet169', dialect: 'keras' },
  DenseNet201: { name: 'densenet201', dialect: 'keras' },
} as const;
