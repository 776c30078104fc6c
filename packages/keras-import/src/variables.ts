import type { Shape } from '@convzoo/layers';

/** A parameter of the graph and where the numbers of it are in the model's file. */
export interface Variable {
  /** Path of the parameter in the graph. */
  readonly path: string;
  /** Names of the layer from the model down, e.g. `['backbone', 'conv1']`. */
  readonly layer: readonly string[];
  /** What Keras calls the variable in its layer, and what else files have there. */
  readonly leaves: readonly [string, ...string[]];
  /** As Keras lays it out. */
  readonly shape: Shape;
  /** In the parameter's own layout: the same numbers in the same order. */
  readonly paramShape: Shape;
  readonly trainable: boolean;
}
