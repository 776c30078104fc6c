import type { MapShape } from '@convzoo/layers';
import { inceptionEra } from './entries/inception-era.js';
import { mobileEra } from './entries/mobile-era.js';
import { residualEra } from './entries/residual-era.js';
import type { ModelEntry } from './entry.js';
import { cifarResNet } from './families/cifar-resnet.js';
import { mlperfResNet8 } from './families/mlperf-resnet8.js';
import { mobilenetV1 } from './families/mobilenet-v1.js';
import { mobilenetV2 } from './families/mobilenet-v2.js';
import { type ResNetVariant, resnet } from './families/resnet.js';
import { type VggVariant, vgg } from './families/vgg.js';

const IMAGENET: { readonly input: MapShape; readonly classes: number } = { input: [224, 224, 3], classes: 1000 };
const CIFAR: { readonly input: MapShape; readonly classes: number } = { input: [32, 32, 3], classes: 10 };
const TORCH = {
  dialects: ['torchvision', 'timm'],
  presets: { torchvision: 'imagenet-torch', timm: 'imagenet-torch' },
} as const;
const TORCH_AND_KERAS = {
  dialects: ['torchvision', 'timm', 'keras'],
  presets: { ...TORCH.presets, keras: 'imagenet-caffe' },
} as const;
/** Networks of the papers, of which none of the three frameworks publishes weights. */
const PAPER = { dialects: ['torchvision'], presets: { torchvision: 'imagenet-torch' } } as const;

type Facts = Pick<ModelEntry, 'summary' | 'dialects' | 'presets'>;

const vggEntry = (variant: VggVariant, facts: Facts): ModelEntry => ({
  family: 'vgg',
  ...IMAGENET,
  ...facts,
  source: 'Simonyan & Zisserman 2014, table 1; torchvision models/vgg.py',
  anyWidth: false,
  build: (options) => vgg(variant, options),
});

const resnetEntry = (
  variant: ResNetVariant,
  facts: Facts,
  source = 'He et al. 2015, table 1; torchvision models/resnet.py',
): ModelEntry => ({
  family: 'resnet',
  ...IMAGENET,
  ...facts,
  source,
  anyWidth: false,
  build: (options) => resnet(variant, options),
});

const RESNEXT = 'Xie et al. 2016, table 1; torchvision models/resnet.py';
const WIDE = 'Zagoruyko & Komodakis 2016; torchvision models/resnet.py';

const cifarEntry = (depth: number, shortcut: 'A' | 'B' | 'none'): ModelEntry => ({
  family: 'cifar-resnet',
  ...CIFAR,
  summary:
    shortcut === 'none'
      ? `Plain ${depth}-layer network for CIFAR, without shortcuts.`
      : `ResNet-${depth} for CIFAR, shortcut option ${shortcut}.`,
  source: 'He et al. 2015, section 4.2',
  dialects: ['torchvision'],
  presets: { torchvision: 'cifar10' },
  anyWidth: false,
  build: ({ input, classes } = {}) => cifarResNet({ depth, shortcut, input, classes }),
});

const mlperfEntry: ModelEntry = {
  family: 'cifar-resnet',
  ...CIFAR,
  summary: 'ResNet-8 of MLPerf Tiny.',
  source: 'Banbury et al. 2021; mlcommons/tiny, keras_model.py',
  dialects: ['keras'],
  presets: { keras: 'cifar10-raw' },
  anyWidth: false,
  build: ({ input, classes } = {}) => mlperfResNet8({ input, classes }),
};

const mobilenetV1Entry: ModelEntry = {
  family: 'mobilenet-v1',
  ...IMAGENET,
  summary: 'MobileNet V1: depthwise separable convolutions.',
  source: 'Howard et al. 2017, table 1; timm models/efficientnet.py; Keras applications/mobilenet.py',
  dialects: ['timm', 'keras'],
  presets: { timm: 'imagenet-tf-inception', keras: 'imagenet-tf-inception' },
  anyWidth: true,
  build: ({ dialect, ...options } = {}) =>
    mobilenetV1({ ...options, dialect: dialect === 'torchvision' ? undefined : dialect }),
};

const mobilenetV2Entry: ModelEntry = {
  family: 'mobilenet-v2',
  ...IMAGENET,
  summary: 'MobileNet V2: inverted residuals with linear bottlenecks.',
  source: 'Sandler et al. 2018, table 2; torchvision models/mobilenetv2.py; Keras applications/mobilenet_v2.py',
  dialects: ['torchvision', 'timm', 'keras'],
  presets: { ...TORCH.presets, keras: 'imagenet-tf-inception' },
  anyWidth: true,
  build: (options) => mobilenetV2(options),
};

/** Every network of the zoo by name, in torchvision's spelling where it is there. A plain object: nothing registers. */
export const models = {
  vgg11: vggEntry('vgg11', { ...TORCH, summary: 'VGG of 11 layers, configuration A.' }),
  vgg13: vggEntry('vgg13', { ...TORCH, summary: 'VGG of 13 layers, configuration B.' }),
  vgg16: vggEntry('vgg16', { ...TORCH_AND_KERAS, summary: 'VGG of 16 layers, configuration D.' }),
  vgg19: vggEntry('vgg19', { ...TORCH_AND_KERAS, summary: 'VGG of 19 layers, configuration E.' }),
  vgg11_bn: vggEntry('vgg11_bn', { ...TORCH, summary: 'VGG of 11 layers with BatchNorm.' }),
  vgg13_bn: vggEntry('vgg13_bn', { ...TORCH, summary: 'VGG of 13 layers with BatchNorm.' }),
  vgg16_bn: vggEntry('vgg16_bn', { ...TORCH, summary: 'VGG of 16 layers with BatchNorm.' }),
  vgg19_bn: vggEntry('vgg19_bn', { ...TORCH, summary: 'VGG of 19 layers with BatchNorm.' }),
  vgg16_c: vggEntry('vgg16_c', { ...PAPER, summary: 'VGG of 16 layers, configuration C with 1x1 convolutions.' }),

  resnet18: resnetEntry('resnet18', { ...TORCH, summary: 'ResNet-18, basic blocks.' }),
  resnet34: resnetEntry('resnet34', { ...TORCH, summary: 'ResNet-34, basic blocks.' }),
  resnet50: resnetEntry('resnet50', { ...TORCH_AND_KERAS, summary: 'ResNet-50 (v1.5), bottleneck blocks.' }),
  resnet101: resnetEntry('resnet101', { ...TORCH_AND_KERAS, summary: 'ResNet-101 (v1.5), bottleneck blocks.' }),
  resnet152: resnetEntry('resnet152', { ...TORCH_AND_KERAS, summary: 'ResNet-152 (v1.5), bottleneck blocks.' }),
  resnet50_v1: resnetEntry('resnet50_v1', { ...PAPER, summary: 'ResNet-50 of the paper: stride on the first 1x1.' }),
  resnet101_v1: resnetEntry('resnet101_v1', { ...PAPER, summary: 'ResNet-101 of the paper: stride on the first 1x1.' }),
  resnet152_v1: resnetEntry('resnet152_v1', { ...PAPER, summary: 'ResNet-152 of the paper: stride on the first 1x1.' }),
  resnet18_a: resnetEntry('resnet18_a', { ...PAPER, summary: 'ResNet-18 with shortcut option A.' }),
  resnet34_a: resnetEntry('resnet34_a', { ...PAPER, summary: 'ResNet-34 with shortcut option A.' }),
  plain18: resnetEntry('plain18', { ...PAPER, summary: 'ResNet-18 without shortcuts.' }),
  plain34: resnetEntry('plain34', { ...PAPER, summary: 'ResNet-34 without shortcuts.' }),
  resnext50_32x4d: resnetEntry('resnext50_32x4d', { ...TORCH, summary: 'ResNeXt-50, 32 groups of 4.' }, RESNEXT),
  resnext101_32x8d: resnetEntry('resnext101_32x8d', { ...TORCH, summary: 'ResNeXt-101, 32 groups of 8.' }, RESNEXT),
  resnext101_64x4d: resnetEntry('resnext101_64x4d', { ...TORCH, summary: 'ResNeXt-101, 64 groups of 4.' }, RESNEXT),
  wide_resnet50_2: resnetEntry('wide_resnet50_2', { ...TORCH, summary: 'Wide ResNet-50, twice as wide.' }, WIDE),
  wide_resnet101_2: resnetEntry('wide_resnet101_2', { ...TORCH, summary: 'Wide ResNet-101, twice as wide.' }, WIDE),

  'resnet20-cifar10': cifarEntry(20, 'A'),
  'resnet32-cifar10': cifarEntry(32, 'A'),
  'resnet44-cifar10': cifarEntry(44, 'A'),
  'resnet56-cifar10': cifarEntry(56, 'A'),
  'resnet110-cifar10': cifarEntry(110, 'A'),
  'resnet20b-cifar10': cifarEntry(20, 'B'),
  'resnet56b-cifar10': cifarEntry(56, 'B'),
  'resnet110b-cifar10': cifarEntry(110, 'B'),
  'plain20-cifar10': cifarEntry(20, 'none'),
  'plain32-cifar10': cifarEntry(32, 'none'),
  'plain44-cifar10': cifarEntry(44, 'none'),
  'plain56-cifar10': cifarEntry(56, 'none'),
  'resnet8-cifar10': mlperfEntry,

  mobilenet_v1: mobilenetV1Entry,
  mobilenet_v2: mobilenetV2Entry,

  ...inceptionEra,
  ...mobileEra,
  ...residualEra,
} satisfies Record<string, ModelEntry>;

export type ModelName = keyof typeof models;

export const modelNames = Object.keys(models) as readonly ModelName[];

export const isModelName = (name: string): name is ModelName => Object.hasOwn(models, name);
