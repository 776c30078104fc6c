import type { MaxPoolAttributes } from '../attributes.js';
import { violation } from '../errors.js';
import { anything, checkPositive, mapInput, type OpRule } from './rule.js';
import { checkWindow, windowOutput } from './window.js';

/** A window that lay wholly in the padding would have nothing to pool; torch refuses more than half a window. */
function checkPool(attributes: MaxPoolAttributes): void {
  checkWindow(attributes);
  const { padding, size } = attributes;
  if (padding === 'same') return;
  const [top, right, bottom, left] = padding;
  if (Math.max(top, bottom) >= size[0] || Math.max(left, right) >= size[1]) {
    violation(`padding ${padding} must be smaller than the window ${size.join('x')}`);
  }
}

export const maxPool: OpRule<'maxPool'> = {
  summary: 'Largest value of each window; padding never wins.',
  arity: 1,
  params: {},
  validate: checkPool,
  shape(inputs, attributes) {
    const input = mapInput(inputs);
    return [...windowOutput(input, attributes), input[2]];
  },
};

export const avgPool: OpRule<'avgPool'> = {
  summary: 'Mean of each window, with or without the padded zeros.',
  arity: 1,
  params: {},
  validate: checkPool,
  shape(inputs, attributes) {
    const input = mapInput(inputs);
    return [...windowOutput(input, attributes), input[2]];
  },
};

export const globalAvgPool: OpRule<'globalAvgPool'> = {
  summary: 'Mean over height and width: one value a channel.',
  arity: 1,
  params: {},
  validate: anything,
  shape: (inputs) => [mapInput(inputs)[2]],
};

export const adaptiveAvgPool: OpRule<'adaptiveAvgPool'> = {
  summary: "Mean over bins that split the map into a grid of a fixed size (torch's AdaptiveAvgPool2d).",
  arity: 1,
  params: {},
  validate: ({ size }) => checkPositive('the grid', size),
  shape: (inputs, { size }) => [...size, mapInput(inputs)[2]],
};
