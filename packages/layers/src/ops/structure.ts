import { violation } from '../errors.js';
import { channelsOf, formatShape, sameShape, sizeOf } from '../shape.js';
import { anything, checkNotNegative, checkPositive, firstInput, mapInput, type OpRule } from './rule.js';

export const input: OpRule<'input'> = {
  summary: 'The picture or vector that the network is given.',
  arity: 0,
  params: {},
  validate({ shape }) {
    if (shape.length !== 1 && shape.length !== 3) {
      violation(`must be [height, width, channels] or [features], got ${shape.length} dimensions`);
    }
    checkPositive('extents', shape);
  },
  shape: (_, { shape }) => shape,
};

export const flatten: OpRule<'flatten'> = {
  summary: 'A map as one vector, channels last: [h, w, c] becomes [h * w * c].',
  arity: 1,
  params: {},
  validate: anything,
  shape: (inputs) => [sizeOf(firstInput(inputs))],
};

export const concat: OpRule<'concat'> = {
  summary: 'The channels of all inputs, one after the other.',
  arity: null,
  params: {},
  validate: anything,
  shape(inputs) {
    const first = firstInput(inputs);
    const extents = first.slice(0, -1);
    for (const shape of inputs) {
      if (!sameShape(shape.slice(0, -1), extents)) {
        violation(`all inputs must have the same height and width, got ${inputs.map(formatShape).join(', ')}`);
      }
    }
    return [...extents, inputs.reduce((sum, shape) => sum + channelsOf(shape), 0)];
  },
};

export const sliceChannels: OpRule<'sliceChannels'> = {
  summary: 'Some consecutive channels.',
  arity: 1,
  params: {},
  validate({ start, size }) {
    checkNotNegative('the first channel', [start]);
    checkPositive('the number of channels', [size]);
  },
  shape(inputs, { start, size }) {
    const input = firstInput(inputs);
    if (start + size > channelsOf(input)) {
      violation(`channels ${start} to ${start + size} are not among ${channelsOf(input)}`);
    }
    return [...input.slice(0, -1), size];
  },
};

export const channelShuffle: OpRule<'channelShuffle'> = {
  summary: 'Channels dealt out to groups and gathered again.',
  arity: 1,
  params: {},
  validate: ({ groups }) => checkPositive('groups', [groups]),
  shape(inputs, { groups }) {
    const input = mapInput(inputs);
    if (input[2] % groups !== 0) violation(`${input[2]} channels do not divide into ${groups} groups`);
    return input;
  },
};

export const zeroPad: OpRule<'zeroPad'> = {
  summary: 'Zeros around a map, and before and after its channels.',
  arity: 1,
  params: {},
  validate({ spatial, channels }) {
    checkNotNegative('spatial padding', spatial);
    checkNotNegative('channel padding', channels);
  },
  shape(inputs, { spatial: [top, right, bottom, left], channels: [before, after] }) {
    const [height, width, channels] = mapInput(inputs);
    return [top + height + bottom, left + width + right, before + channels + after];
  },
};

export const custom: OpRule<'custom'> = {
  summary: 'An op from outside the vocabulary, with its own rules.',
  arity: null,
  params: null,
  validate({ definition }) {
    if (definition.name === '') violation('a custom op needs a name');
  },
  shape(inputs, { definition, values }, params) {
    const shape = definition.shape({ inputs, values, params });
    checkPositive(`the shape that ${definition.name} returned`, shape);
    return shape;
  },
};
