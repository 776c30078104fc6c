/** Gradients of the ops that are not in the vocabulary, against differences of their values. */
import { type CustomOp, type Float32Tensor, float32Tensor, type JsonObject, sizeOf } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { kerasOps } from '../src/index.js';
import { elementwiseFunctions } from '../src/layers/elementwise-op.js';

const opCalled = (name: string): CustomOp => {
  const op = kerasOps.find((each) => each.name === name);
  if (op === undefined) throw new Error(name);
  return op;
};

const cases: readonly (readonly [string, JsonObject, readonly number[]])[] = [
  ['keras.crop', { cut: [1, 0, 2, 1] }, [2, 5, 4, 3]],
  ['keras.upsample', { size: [2, 3] }, [2, 2, 3, 2]],
  ...elementwiseFunctions.map((name) => ['keras.elementwise', { function: name, alpha: 0.7 }, [2, 3, 3, 2]] as const),
];

/** Values away from 0, where ELU and its kind have a corner. */
const valuesOf = (shape: readonly number[]): Float32Tensor =>
  float32Tensor(
    shape,
    Float32Array.from(
      { length: sizeOf(shape) },
      (_, i) => Math.sin(7 * i + 1) + (Math.sin(7 * i + 1) > 0 ? 0.1 : -0.1),
    ),
  );

describe('an op of Keras that the vocabulary has not', () => {
  it.each(cases)('%s %o has the gradient that its values have', (name, values, shape) => {
    const op = opCalled(name);
    const x = valuesOf(shape);
    const y = op.compute([x], [], values);
    expect(op.shape({ inputs: [shape.slice(1)], values, params: [] })).toEqual(y.shape.slice(1));
    const weights = valuesOf(y.shape);
    const total = (data: Float32Array): number =>
      op
        .compute([float32Tensor(shape, data)], [], values)
        .data.reduce((sum, v, i) => sum + v * (weights.data[i] ?? 0), 0);
    const gradient = op.gradient?.(weights, [x], [], values).inputs[0]?.data ?? [];
    const step = 2 ** -8;
    for (let i = 0; i < x.data.length; i++) {
      const [more, less] = [x.data.slice(), x.data.slice()];
      more[i] = (x.data[i] ?? 0) + step;
      less[i] = (x.data[i] ?? 0) - step;
      expect(gradient[i]).toBeCloseTo((total(more) - total(less)) / (2 * step), 3);
    }
  });

  it.each([
    ['keras.crop', { cut: [1, 1] }],
    ['keras.crop', { cut: [1, -1, 0, 0] }],
    ['keras.crop', { cut: [3, 0, 3, 0] }],
    ['keras.upsample', { size: 2 }],
    ['keras.elementwise', { function: 'constructor' }],
    ['keras.elementwise', {}],
  ] as const)('%s refuses %o', (name, values) => {
    expect(() => opCalled(name).shape({ inputs: [[5, 5, 1]], values, params: [] })).toThrow();
  });
});
