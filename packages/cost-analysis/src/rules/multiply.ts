import { type Node, sizeOf } from '@convzoo/layers';
import { activationCost, paramSize, type Rule } from './rule.js';

/** One addition a bias, and the activation that a pass moved into this op. */
function epilogue(node: Node<'conv2d'> | Node<'dense'>): number {
  const bias = paramSize(node, 'bias') > 0 ? 1 : 0;
  return sizeOf(node.shape) * (bias + activationCost[node.attributes.activation]);
}

export const conv2d: Rule<'conv2d'> = {
  formula: 'MACs: output height x width x kernel height x width x (input channels / groups) x output channels.',
  macs(node) {
    const [height = 0, width = 0] = node.shape;
    return height * width * paramSize(node, 'kernel');
  },
  elementwise: epilogue,
};

/** How often a dense layer multiplies: once for a vector, once a pixel for a map. */
export const pixelsOf = (node: Node<'dense'>): number => sizeOf(node.shape.slice(0, -1));

export const dense: Rule<'dense'> = {
  formula: 'MACs: input features x output features; over a map, for each pixel.',
  macs: (node) => pixelsOf(node) * paramSize(node, 'kernel'),
  elementwise: epilogue,
};
