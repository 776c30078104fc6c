import { violation } from '../errors.js';
import { channelsOf, formatShape, sameShape, sizeOf } from '../shape.js';
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

export const leakyRelu: OpRule<'leakyRelu'> = {
  summary: 'Rectifier that lets a small share of negative values through.',
  arity: 1,
  params: {},
  validate({ slope }) {
    if (!(slope >= 0 && slope < 1)) violation(`slope must be at least 0 and below 1, got ${slope}`);
  },
  shape: firstInput,
};

export const multiply: OpRule<'multiply'> = {
  summary: 'Product, element by element; the second input may be a vector or 1x1 map that counts for every pixel.',
  arity: 2,
  params: {},
  validate: anything,
  shape(inputs) {
    const [x, y] = inputs;
    if (x === undefined || y === undefined) return violation('needs two inputs');
    const perChannel = channelsOf(x) === channelsOf(y) && sizeOf(y) === channelsOf(y);
    if (!sameShape(x, y) && !perChannel) {
      violation(
        `the second input must have the shape of the first or one value a channel, got ${formatShape(x)} and ${formatShape(y)}`,
      );
    }
    return x;
  },
};

export const layerNorm: OpRule<'layerNorm'> = {
  summary: 'Layer normalisation: the channels of a pixel minus their mean, over their deviation, scaled and shifted.',
  arity: 1,
  params: { scale: 'optional', shift: 'optional' },
  validate({ eps }) {
    if (!(eps > 0)) violation(`eps must be above 0, got ${eps}`);
  },
  shape(inputs, _, params) {
    const input = firstInput(inputs);
    checkPerChannel(params, channelsOf(input), ['scale', 'shift']);
    return input;
  },
};

export const layerScale: OpRule<'layerScale'> = {
  summary: 'Each channel times a trained factor.',
  arity: 1,
  params: { scale: 'required' },
  validate: anything,
  shape(inputs, _, params) {
    const input = firstInput(inputs);
    checkPerChannel(params, channelsOf(input), ['scale']);
    return input;
  },
};

export const rescale: OpRule<'rescale'> = {
  summary: 'Times a constant plus a constant: preprocessing that is part of the network.',
  arity: 1,
  params: {},
  validate({ scale, offset }) {
    if (![...scale, ...offset].every(Number.isFinite)) violation('scale and offset must be finite numbers');
  },
  shape(inputs, { scale, offset }) {
    const input = firstInput(inputs);
    const fits = (values: readonly number[]): boolean => values.length === 1 || values.length === channelsOf(input);
    if (!fits(scale) || !fits(offset)) {
      violation(
        `scale and offset must have 1 or ${channelsOf(input)} values, got ${scale.length} and ${offset.length}`,
      );
    }
    return input;
  },
};

export const dropout: OpRule<'dropout'> = {
  summary: 'Zeroes random values, or all values of random examples, in training; does nothing at inference.',
  arity: 1,
  params: {},
  validate({ rate }) {
    if (!(rate >= 0 && rate < 1)) violation(`rate must be at least 0 and below 1, got ${rate}`);
  },
  shape: firstInput,
};
