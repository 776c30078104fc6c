import type { Graph, Shape } from '@convzoo/layers';
import { cifarResNet } from './families/cifar-resnet.js';
import type { Dialect, NetworkOptions } from './options.js';

export interface BuildOptions extends Omit<NetworkOptions, 'name'> {
  /** Width multiplier, for the families that have one. */
  readonly width?: number | undefined;
  /** Whose variant; by default the entry's first. */
  readonly dialect?: Dialect | undefined;
}

/** Names of presets of `@convzoo/preprocessing`: plain data here, so that the zoo needs no pixels. */
export type PresetName = 'imagenet-torch' | 'imagenet-tf' | 'imagenet-caffe' | 'cifar10' | 'cifar10-raw';

export interface ModelEntry {
  readonly family: string;
  /** One line for a list of networks. */
  readonly summary: string;
  /** Default input, `[height, width, channels]`. */
  readonly input: Shape;
  readonly classes: number;
  /** Paper with section, or file, that defines the network. */
  readonly source: string;
  /** Dialects in which weights were published, and the preprocessing they expect. The first is the default. */
  readonly presets: Readonly<Partial<Record<Dialect, PresetName>>>;
  build(options?: BuildOptions): Graph;
}

type Kind = { readonly depth: number; readonly shortcut: 'A' | 'B' | 'none' };

const cifar = (name: string, { depth, shortcut }: Kind): ModelEntry => ({
  family: 'cifar-resnet',
  summary: `ResNet-${depth} for CIFAR, shortcut option ${shortcut}.`,
  input: [32, 32, 3],
  classes: 10,
  source: 'He et al. 2015, section 4.2',
  presets: { torchvision: 'cifar10' },
  build: ({ input, classes } = {}) => cifarResNet({ name, depth, shortcut, input, classes }),
});

export const models = {
  'resnet20-cifar10': cifar('resnet20-cifar10', { depth: 20, shortcut: 'A' }),
  'resnet32-cifar10': cifar('resnet32-cifar10', { depth: 32, shortcut: 'A' }),
  'resnet44-cifar10': cifar('resnet44-cifar10', { depth: 44, shortcut: 'A' }),
  'resnet56-cifar10': cifar('resnet56-cifar10', { depth: 56, shortcut: 'A' }),
  'resnet110-cifar10': cifar('resnet110-cifar10', { depth: 110, shortcut: 'A' }),
} satisfies Record<string, ModelEntry>;

export type ModelName = keyof typeof models;
