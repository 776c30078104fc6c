import { ConvzooError, type Shape } from '@convzoo/layers';

/**
 * Whose variant of a network is meant. Frameworks differ in padding, epsilon, biases and rounding, so a dialect is
 * configuration of the network; the paths of its parameters are the same in every dialect.
 */
export type Dialect = 'torchvision' | 'timm' | 'keras';

/**
 * What a network of Keras does to its pixels itself: `none`; `rescaling` of 0..255 by constants, as `include_preprocessing`
 * and a network without weights; `imagenet`, also ImageNet's mean and deviation, as EfficientNet with its weights.
 */
export type Preprocessing = 'none' | 'rescaling' | 'imagenet';

/** What every network of the zoo takes. An option that is undefined counts as not given. */
export interface NetworkOptions {
  /** Name of the graph; by default the variant's. */
  readonly name?: string | undefined;
  /** `[height, width, channels]`, or one number for a square colour picture. */
  readonly input?: Shape | number | undefined;
  readonly classes?: number | undefined;
}

/** Options of a network that is defined for ImageNet: 224 x 224 pixels, 1000 classes. */
export function imageNetDefaults({ input, classes }: NetworkOptions): { input: Shape; classes: number } {
  return { input: inputShape(input, 224), classes: classCount(classes, 1000) };
}

/** The input of one example, from what the user gave. Extents are checked where the graph is built. */
export function inputShape(input: Shape | number | undefined, otherwise: number): Shape {
  return typeof input === 'object' ? input : [input ?? otherwise, input ?? otherwise, 3];
}

export function classCount(classes: number | undefined, otherwise: number): number {
  if (classes === undefined) return otherwise;
  if (!Number.isSafeInteger(classes) || classes < 1) {
    throw badOption('classes', classes, 'it must be a whole number of at least 1');
  }
  return classes;
}

export function checkWidth(width: number): number {
  if (!(width > 0 && Number.isFinite(width))) throw badOption('width', width, 'a width multiplier is a number above 0');
  return width;
}

/** An option that makes no sense: what was given, and what is possible. */
export function badOption(option: string, given: unknown, need: string): ConvzooError {
  return new ConvzooError('bad-option', `Option ${option} is ${JSON.stringify(given) ?? String(given)}, but ${need}.`);
}
