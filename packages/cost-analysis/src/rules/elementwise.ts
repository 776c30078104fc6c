import { sizeOf } from '@convzoo/layers';
import { activationCost, none, type Rule } from './rule.js';

export const batchNorm: Rule<'batchNorm'> = {
  formula: 'Elementwise: 2 for each element. At inference a norm is one scaling and one shift by constants.',
  macs: none,
  elementwise: (node) => 2 * sizeOf(node.shape),
};

export const activation: Rule<'activation'> = {
  formula: 'Elementwise: comparisons for each element, 1 of ReLU, 2 of ReLU6.',
  macs: none,
  elementwise: (node) => sizeOf(node.shape) * activationCost[node.attributes.function],
};

export const add: Rule<'add'> = {
  formula: 'Elementwise: 1 addition for each element.',
  macs: none,
  elementwise: (node) => sizeOf(node.shape) * (1 + activationCost[node.attributes.activation]),
};

export const dropout: Rule<'dropout'> = {
  formula: 'Nothing at inference.',
  macs: none,
  elementwise: none,
};
