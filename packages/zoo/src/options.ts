import { ConvzooError, type Shape } from '@convzoo/layers';

/**
 * Whose variant of a network is meant. Frameworks differ in padding, epsilon, biases and rounding, so a dialect is
 * configuration of the network; the paths of its parameters are the same in every dialect.
 */
export type Dialect = 'torchvision' | 'timm' | 'keras';

/** What every network of the zoo takes. An option that is undefined counts as not given. */
export interface NetworkOptions {
  /** Name of the graph; by default the entry's or the variant's. */
  readonly name?: string | undefined;
  /** `[height, width, channels]`, or one number for a square colour picture. */
  readonly input?: Shape | number | undefined;
  readonly classes?: number | undefined;
}

/** The input of one example, from what the user gave. */
export function inputShape(input: Shape | number | undefined, otherwise: number): Shape {
  if (input === undefined) return [otherwise, otherwise, 3];
  return typeof input === 'number' ? [input, input, 3] : input;
}

/** An option that makes no sense: what was given, and what is possible. */
export function badOption(option: string, given: unknown, need: string): ConvzooError {
  return new ConvzooError('bad-option', `Option ${option} is ${JSON.stringify(given) ?? String(given)}, but ${need}.`);
}
