import { type Array64, mapped } from './array.js';
import { applyPiecewise, functions, linear, piecewiseGradient } from './piecewise.js';
import { first, type Rule } from './rule.js';

export const activation: Rule<'activation'> = {
  forward: (inputs, { node, forced }) => applyPiecewise(first(inputs), functions[node.attributes.function], forced),
  backward: (dy, _, result) => ({ inputs: [piecewiseGradient(dy, result)] }),
};

export const add: Rule<'add'> = {
  forward(inputs, { node, forced }) {
    const sum = mapped(first(inputs), (value, i) => value + (inputs[1]?.data[i] as number));
    const fn = node.attributes.activation;
    return fn === 'linear' ? { y: sum } : applyPiecewise(sum, functions[fn], forced);
  },
  backward(dy, _, result, { node }) {
    const d = node.attributes.activation === 'linear' ? dy : piecewiseGradient(dy, result);
    return { inputs: [d, d] };
  },
};

export const leakyRelu: Rule<'leakyRelu'> = {
  forward: (inputs, { node, forced }) => {
    const branches = [linear(Math.fround(node.attributes.slope)), linear(1), linear(1)] as const;
    return applyPiecewise(first(inputs), { from: 0, to: Number.POSITIVE_INFINITY, branches }, forced);
  },
  backward: (dy, _, result) => ({ inputs: [piecewiseGradient(dy, result)] }),
};

/** A mask has a factor a value, or one an example. */
const masked = (x: Array64, mask: Array64 | undefined): Array64 =>
  mask === undefined
    ? x
    : mapped(x, (v, i) => v * (mask.data[Math.floor((i * mask.data.length) / x.data.length)] as number));

export const dropout: Rule<'dropout'> = {
  forward: (inputs, { mask }) => ({ y: masked(first(inputs), mask) }),
  backward: (dy, _, __, { mask }) => ({ inputs: [masked(dy, mask)] }),
};
