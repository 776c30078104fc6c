import type { MapShape } from '@convzoo/layers';
import type { ModelEntry } from '../entry.js';
import { type EfficientNetVariant, efficientnet, efficientnetVariants } from '../families/efficientnet.js';
import { ghostnet } from '../families/ghostnet.js';
import { mnasnet } from '../families/mnasnet.js';
import { type MobileNetV3Variant, mobilenetV3 } from '../families/mobilenet-v3.js';
import { type ShuffleNetV2Variant, shufflenetV2 } from '../families/shufflenet-v2.js';

const IMAGENET: { readonly input: MapShape; readonly classes: number } = { input: [224, 224, 3], classes: 1000 };
const TORCHVISION = { dialects: ['torchvision'], presets: { torchvision: 'imagenet-torch' } } as const;
/** timm's networks under TensorFlow's weights take -1..1. */
const TENSORFLOW = { dialects: ['timm'], presets: { timm: 'imagenet-tf-inception' } } as const;
const ALL = {
  dialects: ['torchvision', 'timm', 'keras'],
  // Keras's networks have their preprocessing inside.
  presets: { torchvision: 'imagenet-torch', timm: 'imagenet-torch', keras: 'imagenet-raw' },
  internalPreprocessing: true,
} as const;

const MOBILENET_V3 =
  'Howard et al. 2019, tables 1 and 2; torchvision, timm models/mobilenetv3.py; Keras mobilenet_v3.py';

const mobilenetV3Entry = (variant: MobileNetV3Variant, summary: string): ModelEntry => ({
  family: 'mobilenet-v3',
  ...IMAGENET,
  ...ALL,
  summary,
  source: MOBILENET_V3,
  anyWidth: true,
  build: (options) => mobilenetV3(variant, options),
});

/** TensorFlow's minimalistic networks, which timm has with `tf_` weights only. */
const minimalisticEntry = (variant: MobileNetV3Variant, summary: string): ModelEntry => ({
  ...mobilenetV3Entry(variant, summary),
  dialects: ['keras', 'timm'],
  presets: { keras: 'imagenet-raw', timm: 'imagenet-tf-inception' },
  source: 'tensorflow/models, slim/nets/mobilenet/README.md; Keras applications/mobilenet_v3.py; timm mobilenetv3.py',
  build: ({ dialect = 'keras', ...options } = {}) => mobilenetV3(variant, { ...options, dialect, tensorflow: true }),
});

const tfMobilenetV3Entry = (name: string, variant: MobileNetV3Variant, summary: string): ModelEntry => ({
  family: 'mobilenet-v3',
  ...IMAGENET,
  ...TENSORFLOW,
  summary,
  source: MOBILENET_V3,
  anyWidth: true,
  build: ({ width, ...options } = {}) =>
    mobilenetV3(variant, {
      ...options,
      width,
      dialect: 'timm',
      tensorflow: true,
      name: width === undefined || width === 1 ? name : `${name}@${width}`,
    }),
});

const square = (extent: number): MapShape => [extent, extent, 3];

const efficientnetEntry = (variant: EfficientNetVariant): ModelEntry => ({
  family: 'efficientnet',
  ...ALL,
  input: square(efficientnetVariants[variant].resolution),
  classes: 1000,
  summary: `EfficientNet-${variant.slice(-2).toUpperCase()}: inverted residuals, scaled in width, depth and resolution.`,
  source: 'Tan & Le 2019, table 1; torchvision, timm models/efficientnet.py; Keras applications/efficientnet.py',
  anyWidth: false,
  build: (options) => efficientnet(variant, options),
});

const tfEfficientnetEntry = (name: string, variant: EfficientNetVariant, resolution?: number): ModelEntry => {
  const extent = resolution ?? efficientnetVariants[variant].resolution;
  return {
    family: 'efficientnet',
    dialects: ['timm'],
    presets: { timm: 'imagenet-torch' },
    input: square(extent),
    classes: 1000,
    summary: `EfficientNet-${variant.slice(-2).toUpperCase()} of timm with TensorFlow's padding and epsilon.`,
    source: 'Tan & Le 2019, table 1; timm models/efficientnet.py',
    anyWidth: false,
    build: ({ input = extent, classes } = {}) =>
      efficientnet(variant, { input, classes, name, dialect: 'timm', tensorflow: true }),
  };
};

const liteEntry: ModelEntry = {
  family: 'efficientnet',
  ...IMAGENET,
  ...TENSORFLOW,
  summary: 'EfficientNet-Lite0: without squeeze and excitation, ReLU6.',
  source: 'tensorflow/tpu, models/official/efficientnet/lite; timm models/efficientnet.py',
  anyWidth: false,
  build: (options) => efficientnet('efficientnet_lite0', options),
};

const mnasnetEntry = (name: string, width: number): ModelEntry => ({
  family: 'mnasnet',
  ...IMAGENET,
  ...TORCHVISION,
  summary: `MnasNet-B1 at width ${width}: inverted residuals found by search.`,
  source: 'Tan et al. 2018, figure 7; torchvision models/mnasnet.py',
  anyWidth: false,
  build: ({ input, classes } = {}) => mnasnet({ input, classes, width, name }),
});

const shufflenetV2Entry = (variant: ShuffleNetV2Variant): ModelEntry => ({
  family: 'shufflenet-v2',
  ...IMAGENET,
  ...TORCHVISION,
  summary: `ShuffleNet V2 at width ${variant.slice(-3).replace('_', '.')}: half of the channels pass by each block.`,
  source: 'Ma et al. 2018, table 5; torchvision models/shufflenetv2.py',
  anyWidth: false,
  build: ({ input, classes } = {}) => shufflenetV2(variant, { input, classes }),
});

const ghostnetEntry: ModelEntry = {
  family: 'ghostnet',
  ...IMAGENET,
  summary: 'GhostNet: half of the maps by cheap depthwise convolutions.',
  source: 'Han et al. 2019, table 7; timm models/ghostnet.py',
  dialects: ['timm'],
  presets: { timm: 'imagenet-torch' },
  anyWidth: true,
  build: ({ input, classes, width } = {}) => ghostnet({ input, classes, width }),
};

/** Networks of 2018 and 2019 that were made for telephones, and those that grew out of them. */
export const mobileEra = {
  mobilenet_v3_large: mobilenetV3Entry('mobilenet_v3_large', 'MobileNet V3 large: squeeze and excitation, hard swish.'),
  mobilenet_v3_small: mobilenetV3Entry('mobilenet_v3_small', 'MobileNet V3 small.'),
  mobilenet_v3_large_minimalistic: minimalisticEntry(
    'mobilenet_v3_large_minimalistic',
    'MobileNet V3 large, 3x3 kernels and ReLU only.',
  ),
  mobilenet_v3_small_minimalistic: minimalisticEntry(
    'mobilenet_v3_small_minimalistic',
    'MobileNet V3 small, 3x3 kernels and ReLU only.',
  ),
  tf_mobilenetv3_large: tfMobilenetV3Entry(
    'tf_mobilenetv3_large',
    'mobilenet_v3_large',
    "MobileNet V3 large of timm with TensorFlow's padding and epsilon.",
  ),
  tf_mobilenetv3_small: tfMobilenetV3Entry(
    'tf_mobilenetv3_small',
    'mobilenet_v3_small',
    "MobileNet V3 small of timm with TensorFlow's padding and epsilon.",
  ),

  mnasnet0_5: mnasnetEntry('mnasnet0_5', 0.5),
  mnasnet0_75: mnasnetEntry('mnasnet0_75', 0.75),
  mnasnet1_0: mnasnetEntry('mnasnet1_0', 1),
  mnasnet1_3: mnasnetEntry('mnasnet1_3', 1.3),

  efficientnet_b0: efficientnetEntry('efficientnet_b0'),
  efficientnet_b1: efficientnetEntry('efficientnet_b1'),
  efficientnet_b2: efficientnetEntry('efficientnet_b2'),
  efficientnet_b3: efficientnetEntry('efficientnet_b3'),
  efficientnet_b4: efficientnetEntry('efficientnet_b4'),
  efficientnet_b5: efficientnetEntry('efficientnet_b5'),
  efficientnet_b6: efficientnetEntry('efficientnet_b6'),
  efficientnet_b7: efficientnetEntry('efficientnet_b7'),
  tf_efficientnet_b0: tfEfficientnetEntry('tf_efficientnet_b0', 'efficientnet_b0'),
  tf_efficientnet_b1: tfEfficientnetEntry('tf_efficientnet_b1', 'efficientnet_b1'),
  tf_efficientnet_b2: tfEfficientnetEntry('tf_efficientnet_b2', 'efficientnet_b2', 260),
  tf_efficientnet_b3: tfEfficientnetEntry('tf_efficientnet_b3', 'efficientnet_b3'),
  tf_efficientnet_b4: tfEfficientnetEntry('tf_efficientnet_b4', 'efficientnet_b4'),
  tf_efficientnet_b5: tfEfficientnetEntry('tf_efficientnet_b5', 'efficientnet_b5'),
  tf_efficientnet_b6: tfEfficientnetEntry('tf_efficientnet_b6', 'efficientnet_b6'),
  tf_efficientnet_b7: tfEfficientnetEntry('tf_efficientnet_b7', 'efficientnet_b7'),
  efficientnet_lite0: liteEntry,

  shufflenet_v2_x0_5: shufflenetV2Entry('shufflenet_v2_x0_5'),
  shufflenet_v2_x1_0: shufflenetV2Entry('shufflenet_v2_x1_0'),
  shufflenet_v2_x1_5: shufflenetV2Entry('shufflenet_v2_x1_5'),
  shufflenet_v2_x2_0: shufflenetV2Entry('shufflenet_v2_x2_0'),

  ghostnet: ghostnetEntry,
} satisfies Record<string, ModelEntry>;

/** timm's and Keras's names of them. */
export const mobileEraAliases = {
  mobilenetv3_large_075: { name: 'mobilenet_v3_large', dialect: 'timm', width: 0.75 },
  mobilenetv3_large_100: { name: 'mobilenet_v3_large', dialect: 'timm' },
  mobilenetv3_small_050: { name: 'mobilenet_v3_small', dialect: 'timm', width: 0.5 },
  mobilenetv3_small_075: { name: 'mobilenet_v3_small', dialect: 'timm', width: 0.75 },
  mobilenetv3_small_100: { name: 'mobilenet_v3_small', dialect: 'timm' },
  tf_mobilenetv3_large_075: { name: 'tf_mobilenetv3_large', dialect: 'timm', width: 0.75 },
  tf_mobilenetv3_large_100: { name: 'tf_mobilenetv3_large', dialect: 'timm' },
  tf_mobilenetv3_large_minimal_100: { name: 'mobilenet_v3_large_minimalistic', dialect: 'timm' },
  tf_mobilenetv3_small_075: { name: 'tf_mobilenetv3_small', dialect: 'timm', width: 0.75 },
  tf_mobilenetv3_small_100: { name: 'tf_mobilenetv3_small', dialect: 'timm' },
  tf_mobilenetv3_small_minimal_100: { name: 'mobilenet_v3_small_minimalistic', dialect: 'timm' },
  tf_efficientnet_lite0: { name: 'efficientnet_lite0', dialect: 'timm' },
  ghostnet_050: { name: 'ghostnet', dialect: 'timm', width: 0.5 },
  ghostnet_100: { name: 'ghostnet', dialect: 'timm' },
  ghostnet_130: { name: 'ghostnet', dialect: 'timm', width: 1.3 },
  MobileNetV3Large: { name: 'mobilenet_v3_large', dialect: 'keras' },
  MobileNetV3Small: { name: 'mobilenet_v3_small', dialect: 'keras' },
  EfficientNetB0: { name: 'efficientnet_b0', dialect: 'keras' },
  EfficientNetB1: { name: 'efficientnet_b1', dialect: 'keras' },
  EfficientNetB2: { name: 'efficientnet_b2', dialect: 'keras' },
  EfficientNetB3: { name: 'efficientnet_b3', dialect: 'keras' },
  EfficientNetB4: { name: 'efficientnet_b4', dialect: 'keras' },
  EfficientNetB5: { name: 'efficientnet_b5', dialect: 'keras' },
  EfficientNetB6: { name: 'efficientnet_b6', dialect: 'keras' },
  EfficientNetB7: { name: 'efficientnet_b7', dialect: 'keras' },
} as const;
