import {
  adaptiveAvgPoolGradient,
  adaptiveAvgPool as adaptiveForward,
  averagingMatrices,
  avgPoolGeometry,
  poolGeometry,
} from '@convzoo/backend-tfjs';
import { isMapShape, nodeAt } from '@convzoo/layers';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { at, type GradientRule } from './rule.js';

export const maxPool: GradientRule<'maxPool'> = ({ graph, node, kernels }) => {
  const geometry = poolGeometry(graph, node);
  return {
    reads: { inputs: true, y: true },
    forward: (inputs) => ({ y: kernels.maxPool(at(inputs, 0) as Tensor4D, geometry) }),
    backward: (dy, { inputs, y, needsInput }) => ({
      inputs: [
        needsInput(0)
          ? kernels.maxPoolGradient(dy as Tensor4D, at(inputs, 0) as Tensor4D, y as Tensor4D, geometry)
          : undefined,
      ],
    }),
  };
};

export const avgPool: GradientRule<'avgPool'> = ({ graph, node, kernels }) => {
  const geometry = avgPoolGeometry(graph, node);
  return {
    reads: {},
    forward: (inputs) => ({ y: kernels.avgPool(at(inputs, 0) as Tensor4D, geometry) }),
    backward: (dy, { needsInput }) => ({
      inputs: [needsInput(0) ? kernels.avgPoolGradient(dy as Tensor4D, geometry) : undefined],
    }),
  };
};

export const globalAvgPool: GradientRule<'globalAvgPool'> = () => ({
  reads: {},
  forward: (inputs) => ({ y: tf.mean(at(inputs, 0), [1, 2]) }),
  backward: (dy, { inputs, needsInput }) => {
    if (!needsInput(0)) return { inputs: [undefined] };
    const [batch = 1, height = 1, width = 1, channels = 1] = at(inputs, 0).shape;
    const share = tf.tidy(() =>
      tf.mul(tf.reshape(dy as Tensor2D, [batch, 1, 1, channels]), tf.fill([1, height, width, 1], 1 / (height * width))),
    );
    return { inputs: [share] };
  },
});

export const adaptiveAvgPool: GradientRule<'adaptiveAvgPool'> = ({ graph, node, keep }) => {
  const { shape } = nodeAt(graph, node.inputs[0] ?? -1);
  if (!isMapShape(shape)) throw new RangeError(`${node.path} pools a map`);
  const matrices = averagingMatrices(shape, node.attributes.size);
  keep(matrices.rows);
  keep(matrices.columns);
  return {
    reads: {},
    forward: (inputs) => ({ y: adaptiveForward(at(inputs, 0) as Tensor4D, matrices) }),
    backward: (dy, { needsInput }) => ({
      inputs: [needsInput(0) ? adaptiveAvgPoolGradient(dy as Tensor4D, matrices) : undefined],
    }),
  };
};
