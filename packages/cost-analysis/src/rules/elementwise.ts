import { sizeOf } from '@convzoo/layers';
import { activationCost, none, paramSize, type Rule } from './rule.js';

export const batchNorm: Rule<'batchNorm'> = {
  formula: 'Elementwise: 2 for each element. At inference a norm is one scaling and one shift by constants.',
  macs: none,
  elementwise: (node) => 2 * sizeOf(node.shape),
};

export const activation: Rule<'activation'> = {
  formula:
    'Elementwise, for each element: ReLU 1, ReLU6 2, sigmoid and hard sigmoid 4, tanh, swish, hard swish and GELU 5, as ' +
    'their formulas are written.',
  macs: none,
  elementwise: (node) => sizeOf(node.shape) * activationCost[node.attributes.function],
};

export const add: Rule<'add'> = {
  formula: 'Elementwise: 1 addition for each element.',
  macs: none,
  elementwise: (node) => sizeOf(node.shape) * (1 + activationCost[node.attributes.activation]),
};

export const leakyRelu: Rule<'leakyRelu'> = {
  formula: 'Elementwise: 1 comparison and 1 scaling for each element.',
  macs: none,
  elementwise: (node) => 2 * sizeOf(node.shape),
};

export const multiply: Rule<'multiply'> = {
  formula: 'Elementwise: 1 product for each element.',
  macs: none,
  elementwise: (node) => sizeOf(node.shape),
};

export const layerNorm: Rule<'layerNorm'> = {
  formula:
    'Elementwise, for each element: 5 of mean, difference, square, variance and quotient, 1 of the scale, 1 of the shift. ' +
    'The root of the variance, once a pixel, is left out.',
  macs: none,
  elementwise: (node) =>
    sizeOf(node.shape) * (5 + Math.sign(paramSize(node, 'scale')) + Math.sign(paramSize(node, 'shift'))),
};

export const layerScale: Rule<'layerScale'> = {
  formula: 'Elementwise: 1 scaling for each element.',
  macs: none,
  elementwise: (node) => sizeOf(node.shape),
};

export const rescale: Rule<'rescale'> = {
  formula: 'Elementwise: 1 scaling and 1 addition for each element.',
  macs: none,
  elementwise: (node) => 2 * sizeOf(node.shape),
};

export const dropout: Rule<'dropout'> = {
  formula: 'Nothing at inference.',
  macs: none,
  elementwise: none,
};
