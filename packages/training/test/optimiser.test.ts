import type { ParamSpec } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { adam, type Optimiser, type Slots, sgd } from '../src/index.js';
import type { Array64 } from './reference/array.js';
import { adamStep, sgdStep } from './reference/optimise.js';
import { checkThatTensorsAreFreed, onBackends } from './support/backends.js';
import { expectClose, toTensor } from './support/compare.js';
import { randomArray, seeds } from './support/random.js';

const spec = (role: ParamSpec['role'], shape: readonly number[]): ParamSpec => ({ path: 'p', role, shape });

/** Values of a parameter after each step, and the slots at the end. Everything in between is freed. */
function run(
  optimiser: Optimiser,
  start: Tensor,
  gradients: readonly Tensor[],
  { rate, role = 'kernel' }: { rate: number; role?: ParamSpec['role'] },
): { values: Tensor[]; slots: Slots } {
  let slots: Slots = new Map(optimiser.slots.map((name) => [name, tf.zerosLike(start)]));
  const values: Tensor[] = [];
  for (const [step, gradient] of gradients.entries()) {
    const next = optimiser.update(spec(role, start.shape), values.at(-1) ?? start, gradient, slots, rate, step);
    tf.dispose([...slots.values()]);
    slots = next.slots;
    values.push(next.value);
  }
  return { values, slots };
}

/** One parameter of one value: what it is after each step. */
async function scalars(
  optimiser: Optimiser,
  start: number,
  gradients: readonly number[],
  rate: number,
  role?: ParamSpec['role'],
) {
  const [value, ds] = [tf.tensor1d([start]), gradients.map((g) => tf.tensor1d([g]))];
  const { values, slots } = run(optimiser, value, ds, { rate, ...(role !== undefined && { role }) });
  const result = (await Promise.all(values.map((v) => v.data()))).map(([v]) => v as number);
  tf.dispose([value, ...ds, ...values, ...slots.values()]);
  return result;
}

await onBackends('optimisers', (backend) => {
  checkThatTensorsAreFreed();

  // Worked by hand, with rate 0.1 and gradients 0.5 and then 0.25 at the value 2.
  it.each([
    ['plain', {}, [1.95, 1.925]],
    // v = 0.5, then 0.9 * 0.5 + 0.25 = 0.7
    ['momentum', { momentum: 0.9 }, [1.95, 1.88]],
    // 0.5 + 0.9 * 0.5 = 0.95, then 0.25 + 0.9 * 0.7 = 0.88
    ['nesterov', { momentum: 0.9, nesterov: true }, [1.905, 1.817]],
    // 0.5 + 0.1 * 2 = 0.7, then 0.25 + 0.1 * 1.93 = 0.443
    ['weight decay', { weightDecay: 0.1 }, [1.93, 1.8857]],
    // v = 0.7, then 0.9 * 0.7 + 0.443 = 1.073
    ['weight decay and momentum', { momentum: 0.9, weightDecay: 0.1 }, [1.93, 1.8227]],
  ] as const)('sgd: %s', async (_, options, expected) => {
    const values = await scalars(sgd(options), 2, [0.5, 0.25], 0.1);
    for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 6);
  });

  it('sgd: the decay of norms and biases can be left out', async () => {
    const options = { weightDecay: 0.1, decay: 'kernels' } as const;
    expect((await scalars(sgd(options), 2, [0.5], 0.1, 'kernel'))[0]).toBeCloseTo(1.93, 6);
    for (const role of ['bias', 'scale', 'shift'] as const) {
      expect((await scalars(sgd(options), 2, [0.5], 0.1, role))[0]).toBeCloseTo(1.95, 6);
      expect((await scalars(sgd({ weightDecay: 0.1 }), 2, [0.5], 0.1, role))[0]).toBeCloseTo(1.93, 6);
    }
  });

  it('adam: by hand', async () => {
    // First step: mean / (1 - 0.9) = g and square / (1 - 0.999) = g^2, so it moves by the rate whatever g is.
    // Second, with g = 0.25: mean (0.9 * 0.05 + 0.1 * 0.25) / 0.19, square (0.999 * 0.00025 + 0.001 * 0.0625) / 0.001999.
    const second = 0.07 / 0.19 / Math.sqrt(0.00031225 / 0.001999);
    const values = await scalars(adam(), 2, [0.5, 0.25], 0.1);
    expect(values[0]).toBeCloseTo(1.9, 5);
    expect(values[1]).toBeCloseTo(1.9 - 0.1 * second, 5);
    // eps stands outside the root: with eps = 1 the first step is 0.5 / (0.5 + 1) of the rate.
    expect((await scalars(adam({ eps: 1 }), 2, [0.5], 0.1))[0]).toBeCloseTo(2 - 0.1 / 3, 5);
    expect((await scalars(adam({ eps: 1, weightDecay: 0.25 }), 2, [0.5], 0.1))[0]).toBeCloseTo(1.95, 5);
  });

  const problems = fc.record({
    shape: fc.constantFrom([3], [2, 3], [3, 3, 2, 4]),
    seed: seeds,
    momentum: fc.constantFrom(0, 0.5, 0.9),
    nesterov: fc.boolean(),
    weightDecay: fc.constantFrom(0, 5e-4, 0.1),
    rate: fc.constantFrom(0.5, 1e-3),
  });

  it.each(['sgd', 'adam'] as const)('%s: ten steps as in float64', async (name) => {
    await fc.assert(
      fc.asyncProperty(problems, async ({ shape, seed, rate, ...options }) => {
        const start = randomArray(shape, seed);
        const gradients = Array.from({ length: 10 }, (_, i) => randomArray(shape, seed + 1 + i));
        const values = new Map([['p', start]]);
        const [buffers, moments] = [new Map<string, Array64>(), new Map<string, { mean: Array64; square: Array64 }>()];
        for (const [i, g] of gradients.entries()) {
          const d = new Map([['p', g]]);
          if (name === 'sgd') sgdStep(values, d, buffers, { lr: rate, ...options });
          else adamStep(values, d, moments, i + 1, { lr: rate, weightDecay: options.weightDecay });
        }
        const [value, ds] = [toTensor(start), gradients.map(toTensor)];
        const result = run(name === 'sgd' ? sgd(options) : adam({ weightDecay: options.weightDecay }), value, ds, {
          rate,
        });
        await expectClose(result.values.at(-1) as Tensor, values.get('p') as Array64, 1e-5);
        tf.dispose([value, ...ds, ...result.values, ...result.slots.values()]);
      }),
      { numRuns: 20 },
    );
    expect(tf.getBackend()).toBe(backend.name);
  });
});
