import { violation } from '../errors.js';
import { channelsOf, formatShape, sameShape } from '../shape.js';
import { anything, checkPerChannel, firstInput, type OpRule } from './rule.js';

export const batchNorm: OpRule<'batchNorm'> = {
  summary: 'Batch normalisation: each channel minus its mean, over its deviation, scaled and shifted.',
  arity: 1,
  params: { scale: 'optional', shift: 'optional', mean: 'required', variance: 'required' },
  validate({ eps, momentum }) {
    if (!(eps > 0)) violation(`eps must be above 0, got ${eps}`);
    if (!(momentum >= 0 && momentum <= 1)) violation(`momentum must lie in 0..1, got ${momentum}`);
  },
  shape(inputs, _, params) {
    const input = firstInput(inputs);
    checkPerChannel(params, channelsOf(input), ['scale', 'shift', 'mean', 'variance']);
    return input;
  },
};

export const activation: OpRule<'activation'> = {
  summary: 'A non-linearity, element by element.',
  arity: 1,
  params: {},
  validate: anything,
  shape: firstInput,
};

export const add: OpRule<'add'> = {
  summary: 'Sum of two maps or vectors of one shape: the residual connection.',
  arity: 2,
  params: {},
  validate: anything,
  shape(inputs) {
    const [x, y] = inputs;
    if (x === undefined || y === undefined) return violation('needs two inputs');
    if (!sameShape(x, y)) violation(`the two inputs must have one shape, got ${formatShape(x)} and ${formatShape(y)}`);
    return x;
  },
};

export const dropout: OpRule<'dropout'> = {
  summary: 'Zeroes a random share of the elements in training; does nothing at inference.',
  arity: 1,
  params: {},
  validate({ rate }) {
    if (!(rate >= 0 && rate < 1)) violation(`rate must be at least 0 and below 1, got ${rate}`);
  },
  shape: firstInput,
};
