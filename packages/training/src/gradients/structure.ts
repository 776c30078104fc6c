import {
  fromHost,
  runCustom,
  channelShuffle as shuffleForward,
  sliceChannels as sliceForward,
  toHost,
} from '@convzoo/backend-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { TrainingError } from '../errors.js';
import { at, type GradientRule } from './rule.js';

export const input: GradientRule<'input'> = () => ({
  reads: {},
  forward: (inputs) => ({ y: tf.clone(at(inputs, 0)) }),
  backward: () => ({ inputs: [] }),
});

export const flatten: GradientRule<'flatten'> = () => ({
  reads: {},
  forward: (inputs) => {
    const x = at(inputs, 0);
    return { y: tf.reshape(x, [x.shape[0] ?? 1, -1]) };
  },
  backward: (dy, { inputs, needsInput }) => ({
    inputs: [needsInput(0) ? tf.reshape(dy, at(inputs, 0).shape) : undefined],
  }),
});

export const zeroPad: GradientRule<'zeroPad'> = ({ node }) => {
  const {
    spatial: [top, right, bottom, left],
    channels: [before, after],
  } = node.attributes;
  return {
    reads: {},
    forward: (inputs) => ({
      y: tf.pad(at(inputs, 0), [
        [0, 0],
        [top, bottom],
        [left, right],
        [before, after],
      ]),
    }),
    backward: (dy, { inputs, needsInput }) => ({
      inputs: [needsInput(0) ? tf.slice(dy, [0, top, left, before], at(inputs, 0).shape) : undefined],
    }),
  };
};

export const concat: GradientRule<'concat'> = () => ({
  reads: {},
  forward: (inputs) => ({ y: tf.concat([...inputs], -1) }),
  backward: (dy, { inputs, needsInput }) => {
    let start = 0;
    return {
      inputs: inputs.map(({ shape }, i) => {
        const size = shape.at(-1) ?? 0;
        start += size;
        return needsInput(i) ? sliceForward(dy, start - size, size) : undefined;
      }),
    };
  },
});

export const sliceChannels: GradientRule<'sliceChannels'> = ({ node }) => {
  const { start, size } = node.attributes;
  return {
    reads: {},
    forward: (inputs) => ({ y: sliceForward(at(inputs, 0), start, size) }),
    backward: (dy, { inputs, needsInput }) => {
      if (!needsInput(0)) return { inputs: [undefined] };
      const after = (at(inputs, 0).shape.at(-1) ?? 0) - start - size;
      const around = dy.shape.map((_, axis): [number, number] => (axis === dy.rank - 1 ? [start, after] : [0, 0]));
      return { inputs: [tf.pad(dy, around)] };
    },
  };
};

export const channelShuffle: GradientRule<'channelShuffle'> = ({ node }) => {
  const { groups } = node.attributes;
  return {
    reads: {},
    forward: (inputs) => ({ y: shuffleForward(at(inputs, 0), groups) }),
    backward: (dy, { needsInput }) => ({
      inputs: [needsInput(0) ? shuffleForward(dy, (node.shape.at(-1) ?? groups) / groups) : undefined],
    }),
  };
};

/** An op from outside brings its own gradient, on plain arrays. */
export const custom: GradientRule<'custom'> = ({ node, active, isTrained }) => {
  const { definition, values } = node.attributes;
  if (active && definition.gradient === undefined) {
    throw new TrainingError(
      'no-gradient',
      `${node.path}: the custom op ${definition.name} has no gradient; add one to defineOp, or freeze it and what comes before.`,
    );
  }
  return {
    reads: { inputs: true },
    forward: (inputs, params) => ({ y: runCustom(node, inputs, params) }),
    backward: (dy, { inputs, params, needsInput }) => {
      const result = definition.gradient?.(toHost(dy), inputs.map(toHost), params.map(toHost), values);
      if (result === undefined) throw new RangeError(`${node.path} was asked for a gradient that it does not have`);
      return {
        inputs: result.inputs.map((d, i) => (needsInput(i) ? fromHost(d) : undefined)),
        params: result.params.map((d, i) => (isTrained(node.params[i]?.path ?? '') ? fromHost(d) : undefined)),
      };
    },
  };
};
