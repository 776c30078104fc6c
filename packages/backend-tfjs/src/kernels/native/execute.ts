import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The part of tfjs-node's backend that runs any TensorFlow op by name (dist/nodejs_kernel_backend.d.ts). */
interface NodeBackend {
  readonly binding: Readonly<
    Record<
      'TF_FLOAT' | 'TF_INT32' | 'TF_ATTR_TYPE' | 'TF_ATTR_INT' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL',
      number
    >
  >;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

const backend = (): NodeBackend => tf.backend() as unknown as NodeBackend;

/** Attributes of a TensorFlow op in plain values; the kind follows from the builder. */
export const attribute = {
  type: (name: string, dtype: 'float32' | 'int32' = 'float32'): Attribute => {
    const { binding } = backend();
    return { name, type: binding.TF_ATTR_TYPE, value: dtype === 'float32' ? binding.TF_FLOAT : binding.TF_INT32 };
  },
  int: (name: string, value: number | readonly number[]): Attribute => ({
    name,
    type: backend().binding.TF_ATTR_INT,
    value,
  }),
  float: (name: string, value: number): Attribute => ({ name, type: backend().binding.TF_ATTR_FLOAT, value }),
  string: (name: string, value: string): Attribute => ({ name, type: backend().binding.TF_ATTR_STRING, value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: backend().binding.TF_ATTR_BOOL, value }),
};

export type { Attribute };

/** Runs a TensorFlow op that has one result. */
export function execute<T extends Tensor = Tensor>(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
): T {
  return backend().executeSingleOutput(name, attributes, inputs) as T;
}

/** Runs a TensorFlow op that has several results. */
export function executeMany(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  return backend().executeMultipleOutputs(name, attributes, inputs, outputs);
}
