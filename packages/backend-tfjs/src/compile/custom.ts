import { type Float32Tensor, float32Tensor, type Node } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** A tensor's values on the host. Synchronous: custom ops run inside a step, and webgpu cannot do that. */
export const toHost = (x: Tensor): Float32Tensor => float32Tensor(x.shape, x.dataSync<'float32'>());

export const fromHost = ({ data, shape }: Float32Tensor): Tensor => tf.tensor(data, [...shape], 'float32');

/** Runs an op from outside by its own rule on plain arrays. */
export function runCustom(node: Node<'custom'>, inputs: readonly Tensor[], params: readonly Tensor[]): Tensor {
  const { definition, values } = node.attributes;
  return fromHost(definition.compute(inputs.map(toHost), params.map(toHost), values));
}
