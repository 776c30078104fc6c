import type { Graph, MapShape } from '@convzoo/layers';
import type { Dialect, NetworkOptions, Preprocessing } from './options.js';

export interface BuildOptions extends Omit<NetworkOptions, 'name'> {
  /** Width multiplier, for the families that have one. */
  readonly width?: number | undefined;
  /** Whose variant; by default the entry's first. */
  readonly dialect?: Dialect | undefined;
  /** Auxiliary classifiers, for the families that have them; their logits are taps. */
  readonly aux?: boolean | undefined;
  /**
   * Preprocessing inside the network, for families that have it in Keras; by default as Keras does. With `none` the entry's
   * preset no longer fits.
   */
  readonly preprocessing?: Preprocessing | undefined;
}

/** Names of presets of `@convzoo/preprocessing`: plain data here, so that the zoo needs no pixels. */
export type PresetName =
  | 'imagenet-torch'
  | 'imagenet-tf-inception'
  | 'imagenet-caffe'
  | 'imagenet-raw'
  | 'cifar10'
  | 'cifar10-raw'
  | 'mnist';

export type Family =
  | 'vgg'
  | 'resnet'
  | 'cifar-resnet'
  | 'mobilenet-v1'
  | 'mobilenet-v2'
  | 'mobilenet-v3'
  | 'mnasnet'
  | 'efficientnet'
  | 'shufflenet-v2'
  | 'ghostnet'
  | 'lenet'
  | 'alexnet'
  | 'squeezenet'
  | 'googlenet'
  | 'inception-v3'
  | 'xception'
  | 'densenet'
  | 'resnet-v2'
  | 'regnet'
  | 'convnext'
  | 'darknet';

/** A network of the registry: facts, and how it is built. */
export interface ModelEntry {
  /** The family, which is also the subpath that exports its builder: `@convzoo/zoo/resnet`. */
  readonly family: Family;
  /** One line for a list of networks. */
  readonly summary: string;
  /** Default input, `[height, width, channels]`. */
  readonly input: MapShape;
  readonly classes: number;
  /** Paper with section, or file, that defines the network. */
  readonly source: string;
  /** Whose variants there are; the first is the default. */
  readonly dialects: readonly [Dialect, ...Dialect[]];
  /** The preprocessing that published weights of each dialect expect. */
  readonly presets: Readonly<Partial<Record<Dialect, PresetName>>>;
  /** Whether `width` may be given. */
  readonly anyWidth: boolean;
  /** Whether `aux` may be given. */
  readonly auxiliary?: boolean;
  /** Whether `preprocessing` may be given. */
  readonly internalPreprocessing?: boolean;
  /** Builds the graph. Options are not checked against the entry here; `buildModel` does that. */
  build(options?: BuildOptions): Graph;
}
