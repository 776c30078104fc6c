import type { ActivationFunction } from '@convzoo/layers';
import { type Array64, mapped } from './array.js';
import { first, type Result, type Rule } from './rule.js';

const TOP: Readonly<Record<ActivationFunction, number>> = { relu: Number.POSITIVE_INFINITY, relu6: 6 };

export function activate(x: Array64, fn: ActivationFunction, forced?: Uint8Array): Result {
  const top = TOP[fn];
  const decisions = forced ?? Uint8Array.from(x.data, (value) => (value <= 0 ? 0 : value < top ? 1 : 2));
  const y = mapped(x, (value, i) => [0, value, top][decisions[i] as number] as number);
  let margin = Number.POSITIVE_INFINITY;
  for (const value of x.data) margin = Math.min(margin, Math.abs(value), Math.abs(value - top));
  return { y, decisions, margin };
}

export function activateGradient(dy: Array64, { decisions }: Result): Array64 {
  return mapped(dy, (value, i) => (decisions?.[i] === 1 ? value : 0));
}

export const activation: Rule<'activation'> = {
  forward: (inputs, { node, forced }) => activate(first(inputs), node.attributes.function, forced),
  backward: (dy, _, result) => ({ inputs: [activateGradient(dy, result)] }),
};

export const add: Rule<'add'> = {
  forward(inputs, { node, forced }) {
    const sum = mapped(first(inputs), (value, i) => value + (inputs[1]?.data[i] as number));
    const fn = node.attributes.activation;
    return fn === 'linear' ? { y: sum } : activate(sum, fn, forced);
  },
  backward(dy, _, result, { node }) {
    const d = node.attributes.activation === 'linear' ? dy : activateGradient(dy, result);
    return { inputs: [d, d] };
  },
};

export const dropout: Rule<'dropout'> = {
  forward: (inputs, { mask }) => ({ y: mapped(first(inputs), (value, i) => value * (mask?.data[i] ?? 1)) }),
  backward: (dy, _, __, { mask }) => ({ inputs: [mapped(dy, (value, i) => value * (mask?.data[i] ?? 1))] }),
};
