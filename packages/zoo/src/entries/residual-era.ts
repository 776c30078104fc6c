import type { MapShape } from '@convzoo/layers';
import type { ModelEntry } from '../entry.js';
import { type ConvNeXtVariant, convnext } from '../families/convnext.js';
import { darknet19, darknet53 } from '../families/darknet.js';
import { type RegNetVariant, regnet } from '../families/regnet.js';
import { type ResNetVariant, resnet } from '../families/resnet.js';
import { type ResNetV2Variant, resnetV2 } from '../families/resnet-v2.js';
import { badOption } from '../options.js';

const square = (extent: number): { readonly input: MapShape; readonly classes: number; readonly anyWidth: false } => ({
  input: [extent, extent, 3],
  classes: 1000,
  anyWidth: false,
});
const TORCH = {
  dialects: ['torchvision', 'timm'],
  presets: { torchvision: 'imagenet-torch', timm: 'imagenet-torch' },
} as const;
const TIMM = { dialects: ['timm'], presets: { timm: 'imagenet-torch' } } as const;

const resnetV2Entry = (variant: ResNetV2Variant): ModelEntry => ({
  family: 'resnet-v2',
  ...square(224),
  summary: `ResNet-${variant.slice('resnetv2_'.length)} v2: pre-activation.`,
  source: 'He et al. 2016, figure 4e; timm models/resnetv2.py; Keras applications/resnet_v2.py',
  dialects: ['timm', 'keras'],
  presets: { timm: 'imagenet-tf-inception', keras: 'imagenet-tf-inception' },
  build: ({ dialect, ...options } = {}) =>
    resnetV2(variant, { ...options, dialect: dialect === 'torchvision' ? undefined : dialect }),
});

/** The variants of ResNet that timm has and torchvision does not. */
const timmResnetEntry = (variant: ResNetVariant, summary: string, source: string): ModelEntry => ({
  family: 'resnet',
  ...square(224),
  ...TIMM,
  summary,
  source,
  build: (options) => resnet(variant, options),
});
const resnetDEntry = (variant: ResNetVariant, depth: number): ModelEntry =>
  timmResnetEntry(
    variant,
    `ResNet-${depth}-D: deep stem, averaging shortcuts.`,
    'He et al. 2018 ("Bag of Tricks"), section 4.2; timm models/resnet.py',
  );
const seResnetEntry = (variant: ResNetVariant, name: string): ModelEntry =>
  timmResnetEntry(variant, `${name} with squeeze and excitation.`, 'Hu et al. 2017, table 1; timm models/resnet.py');

const regnetEntry = (variant: RegNetVariant): ModelEntry => ({
  family: 'regnet',
  ...square(224),
  ...TORCH,
  summary: `RegNet${variant.startsWith('regnet_x') ? 'X' : 'Y'} of ${variant.slice(9, -2).replace('_', '.')} ${variant.endsWith('mf') ? 'M' : 'G'} multiply-accumulates.`,
  source: 'Radosavovic et al. 2020, figures 16 and 17; torchvision models/regnet.py',
  build: ({ dialect, ...options } = {}) =>
    regnet(variant, { ...options, dialect: dialect === 'keras' ? undefined : dialect }),
});

const convnextEntry = (variant: ConvNeXtVariant, size: string): ModelEntry => ({
  family: 'convnext',
  ...square(224),
  dialects: ['torchvision', 'timm', 'keras'],
  presets: { ...TORCH.presets, keras: 'imagenet-raw' },
  summary: `ConvNeXt, ${size}.`,
  source: 'Liu et al. 2022, section 3; torchvision models/convnext.py; Keras applications/convnext.py',
  internalPreprocessing: true,
  build: ({ preprocessing, ...options } = {}) => {
    if (preprocessing === 'rescaling') {
      throw badOption('preprocessing', preprocessing, 'ConvNeXt has imagenet, or none');
    }
    return convnext(variant, { ...options, preprocessing });
  },
});

const darknet53Entry: ModelEntry = {
  family: 'darknet',
  ...square(256),
  ...TIMM,
  summary: 'Darknet-53, the backbone of YOLOv3.',
  source: 'Redmon & Farhadi 2018, table 1; timm models/cspnet.py',
  build: ({ input, classes } = {}) => darknet53({ input, classes }),
};

const darknet19Entry: ModelEntry = {
  family: 'darknet',
  ...square(224),
  summary: 'Darknet-19, the backbone of YOLO9000.',
  source: 'Redmon & Farhadi 2016, table 6; darknet cfg/darknet19.cfg',
  // None of the three frameworks publishes it.
  dialects: ['torchvision'],
  presets: { torchvision: 'imagenet-torch' },
  build: ({ input, classes } = {}) => darknet19({ input, classes }),
};

/** What came of ResNet between 2016 and 2022, and Darknet. */
export const residualEra = {
  resnetv2_50: resnetV2Entry('resnetv2_50'),
  resnetv2_101: resnetV2Entry('resnetv2_101'),
  resnetv2_152: resnetV2Entry('resnetv2_152'),
  resnet18d: resnetDEntry('resnet18d', 18),
  resnet34d: resnetDEntry('resnet34d', 34),
  resnet50d: resnetDEntry('resnet50d', 50),
  seresnet18: seResnetEntry('seresnet18', 'ResNet-18'),
  seresnet34: seResnetEntry('seresnet34', 'ResNet-34'),
  seresnet50: seResnetEntry('seresnet50', 'ResNet-50'),
  seresnet101: seResnetEntry('seresnet101', 'ResNet-101'),
  seresnet152: seResnetEntry('seresnet152', 'ResNet-152'),
  seresnext50_32x4d: seResnetEntry('seresnext50_32x4d', 'ResNeXt-50, 32 groups of 4,'),
  regnet_x_400mf: regnetEntry('regnet_x_400mf'),
  regnet_x_800mf: regnetEntry('regnet_x_800mf'),
  regnet_x_1_6gf: regnetEntry('regnet_x_1_6gf'),
  regnet_x_3_2gf: regnetEntry('regnet_x_3_2gf'),
  regnet_x_8gf: regnetEntry('regnet_x_8gf'),
  regnet_x_16gf: regnetEntry('regnet_x_16gf'),
  regnet_x_32gf: regnetEntry('regnet_x_32gf'),
  regnet_y_400mf: regnetEntry('regnet_y_400mf'),
  regnet_y_800mf: regnetEntry('regnet_y_800mf'),
  regnet_y_1_6gf: regnetEntry('regnet_y_1_6gf'),
  regnet_y_3_2gf: regnetEntry('regnet_y_3_2gf'),
  regnet_y_8gf: regnetEntry('regnet_y_8gf'),
  regnet_y_16gf: regnetEntry('regnet_y_16gf'),
  regnet_y_32gf: regnetEntry('regnet_y_32gf'),
  convnext_tiny: convnextEntry('convnext_tiny', 'tiny'),
  convnext_small: convnextEntry('convnext_small', 'small'),
  convnext_base: convnextEntry('convnext_base', 'base'),
  darknet53: darknet53Entry,
  darknet19: darknet19Entry,
} satisfies Record<string, ModelEntry>;

/** Keras's and timm's names of them. */
export const residualEraAliases = {
  ConvNeXtTiny: { name: 'convnext_tiny', dialect: 'keras' },
  ConvNeXtSmall: { name: 'convnext_small', dialect: 'keras' },
  ConvNeXtBase: { name: 'convnext_base', dialect: 'keras' },
  ResNet50V2: { name: 'resnetv2_50', dialect: 'keras' },
  ResNet101V2: { name: 'resnetv2_101', dialect: 'keras' },
  ResNet152V2: { name: 'resnetv2_152', dialect: 'keras' },
  regnetx_004: { name: 'regnet_x_400mf', dialect: 'timm' },
  regnetx_008: { name: 'regnet_x_800mf', dialect: 'timm' },
  regnetx_016: { name: 'regnet_x_1_6gf', dialect: 'timm' },
  regnetx_032: { name: 'regnet_x_3_2gf', dialect: 'timm' },
  regnetx_080: { name: 'regnet_x_8gf', dialect: 'timm' },
  regnetx_160: { name: 'regnet_x_16gf', dialect: 'timm' },
  regnetx_320: { name: 'regnet_x_32gf', dialect: 'timm' },
  regnety_004: { name: 'regnet_y_400mf', dialect: 'timm' },
  regnety_008: { name: 'regnet_y_800mf', dialect: 'timm' },
  regnety_016: { name: 'regnet_y_1_6gf', dialect: 'timm' },
  regnety_032: { name: 'regnet_y_3_2gf', dialect: 'timm' },
  regnety_080: { name: 'regnet_y_8gf', dialect: 'timm' },
  regnety_160: { name: 'regnet_y_16gf', dialect: 'timm' },
  regnety_320: { name: 'regnet_y_32gf', dialect: 'timm' },
} as const;
