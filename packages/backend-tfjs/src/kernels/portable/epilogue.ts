import type { FusedActivation } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import { portableActivations, replaceBy } from '../activations.js';

/** What the fused kernels of every tfjs backend compute with the product. */
type Fusable = 'linear' | 'relu' | 'relu6' | 'sigmoid';

const isFusable = (activation: FusedActivation): activation is Fusable =>
  activation === 'linear' || activation === 'relu' || activation === 'relu6' || activation === 'sigmoid';

/** Runs a fused kernel with the activation, or without it and the activation after it. */
export function withActivation<T extends Tensor>(activation: FusedActivation, product: (fused: Fusable) => T): T {
  if (isFusable(activation)) return product(activation);
  return replaceBy(product('linear'), portableActivations[activation].value);
}
