import { activationFunctions } from '@convzoo/layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { backendsUnderTest } from './support/backends.js';
import { activations, erf } from './support/reference/ops.js';

/** Every 1/512 from -12 to 12, and a few beyond where float32 exponentials end. */
const grid = Float32Array.from([
  ...Array.from({ length: 24 * 512 + 1 }, (_, i) => i / 512 - 12),
  -1000,
  -100,
  -50,
  50,
  100,
  1000,
]);

it('the error function of the reference equals tabulated values', () => {
  // Abramowitz and Stegun, table 7.1, to ten places.
  const table = { 0: 0, 0.1: 0.112462916, 0.5: 0.5204998778, 1: 0.8427007929, 1.5: 0.9661051465, 2: 0.995322265 };
  for (const [x, value] of Object.entries(table)) {
    expect(erf(Number(x))).toBeCloseTo(value, 9);
    expect(erf(-Number(x))).toBeCloseTo(-value, 9);
  }
  expect(erf(5)).toBeCloseTo(1, 10);
  expect(erf(5.99)).toBeCloseTo(1, 12);
});

describe('over the whole range, within a few roundings of float32:', () => {
  for (const { name, backend, reason } of backendsUnderTest) {
    it.for(activationFunctions)(`${name}: %s`, async (fn, context) => {
      if (backend === undefined) return context.skip(reason);
      const values = await backend.run(() => {
        const x = tf.tensor1d(grid);
        const y = backend.kernels.activation(x, fn);
        const data = y.dataSync<'float32'>();
        tf.dispose([x, y]);
        return data;
      });
      let worst = 0;
      grid.forEach((x, i) => {
        worst = Math.max(worst, Math.abs(values[i]! - activations[fn](x)) / Math.max(1, Math.abs(x)));
      });
      expect(worst).toBeLessThan(3e-7);
    });
  }
});
