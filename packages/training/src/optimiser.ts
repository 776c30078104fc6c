import type { ParamSpec } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** State that an optimiser keeps for each parameter, by the name of the slot (`momentum`), so that checkpoints hold it. */
export type Slots = ReadonlyMap<string, Tensor>;

/** One update rule. It is pure: new values in, old ones stay the caller's. */
export interface Optimiser {
  readonly name: string;
  /** Names of the slots; each starts with zeros of the parameter's shape. */
  readonly slots: readonly string[];
  update(spec: ParamSpec, value: Tensor, gradient: Tensor, slots: Slots, rate: number, step: number): Update;
}

export interface Update {
  readonly value: Tensor;
  readonly slots: Slots;
}

export interface SgdOptions {
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** Added to the gradient as `weightDecay * value`, as torch does. */
  readonly weightDecay?: number;
  /** Which parameters decay: all, as in torch, or the kernels alone, which leaves norms and biases free. */
  readonly decay?: 'all' | 'kernels';
}

/** Stochastic gradient descent with torch's semantics: v = momentum * v + g; value -= rate * v (nesterov: g + momentum * v). */
export function sgd(options: SgdOptions = {}): Optimiser {
  const { momentum = 0, nesterov = false, weightDecay = 0, decay = 'all' } = options;
  return {
    name: 'sgd',
    slots: momentum === 0 ? [] : ['momentum'],
    update(spec, value, gradient, slots, rate) {
      const decays = weightDecay !== 0 && (decay === 'all' || spec.role === 'kernel');
      const [next, velocity] = tf.tidy(() => {
        const g = decays ? tf.add(gradient, tf.mul(value, weightDecay)) : gradient;
        const old = slots.get('momentum');
        if (old === undefined) return [tf.sub(value, tf.mul(g, rate))];
        const v = tf.add(tf.mul(old, momentum), g);
        const direction = nesterov ? tf.add(g, tf.mul(v, momentum)) : v;
        return [tf.sub(value, tf.mul(direction, rate)), v];
      });
      if (next === undefined) throw new RangeError('an update has a value');
      return { value: next, slots: velocity === undefined ? new Map() : new Map([['momentum', velocity]]) };
    },
  };
}

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
  readonly weightDecay?: number;
}

/** Adam (Kingma and Ba, 2014, algorithm 1) with torch's semantics: decay in the gradient, eps outside the root. */
export function adam({ beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0 }: AdamOptions = {}): Optimiser {
  return {
    name: 'adam',
    slots: ['mean', 'square'],
    update(_, value, gradient, slots, rate, step) {
      const [next, mean, square] = tf.tidy(() => {
        const g = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(value, weightDecay));
        const m = tf.add(tf.mul(slots.get('mean') ?? tf.zerosLike(value), beta1), tf.mul(g, 1 - beta1));
        const s = tf.add(tf.mul(slots.get('square') ?? tf.zerosLike(value), beta2), tf.mul(tf.square(g), 1 - beta2));
        const corrected = tf.add(tf.div(tf.sqrt(s), Math.sqrt(1 - beta2 ** (step + 1))), eps);
        return [tf.sub(value, tf.mul(tf.div(m, corrected), rate / (1 - beta1 ** (step + 1)))), m, s] as const;
      });
      return {
        value: next,
        slots: new Map([
          ['mean', mean],
          ['square', square],
        ]),
      };
    },
  };
}
