import { type Node, paramOf, sizeOf } from '@convzoo/layers';
import { macRules, type WorkTable } from '../rules/index.js';
import { pixelsOf } from '../rules/multiply.js';
import { adaptiveBinElements } from '../rules/pooling.js';
import { activationCost, paramSize } from '../rules/rule.js';

/**
 * fvcore counts an affine BatchNorm as 2 for each element, an affine LayerNorm as 5, a plain one as 4, and an adaptive
 * average pool as 1 for each input.
 */
export const fvcoreMacs: WorkTable = {
  ...macRules,
  batchNorm: (node) => 2 * sizeOf(node.shape),
  layerNorm: (node) => sizeOf(node.shape) * (node.params.length > 0 ? 5 : 4),
  globalAvgPool: (_, inputs) => sizeOf(inputs[0] ?? []),
  adaptiveAvgPool: (_, inputs) => sizeOf(inputs[0] ?? []),
};

/** OpSummary.MXNet's column of multiplications; its published rows fit this rule exactly. */
export const mxopMacs: WorkTable = {
  ...macRules,
  batchNorm: (node) => sizeOf(node.shape),
  dense: (node) => pixelsOf(node) * paramSize(node, 'kernel') - sizeOf(node.shape),
};

/** It counts a clipped rectifier as 1; of the functions that it does not know, ours. */
const osmrActivations: typeof activationCost = { ...activationCost, relu6: 1 };

/**
 * Half of the FLOPs of imgclsmob's `measure_model`, term by term. Without a bias it leaves out one addition, which it
 * multiplies by input and output channels but not by the output's area; that is its rule, not arithmetic.
 */
export const osmrMacs: WorkTable = {
  ...macRules,
  conv2d(node) {
    const [height = 0, width = 0] = node.shape;
    const [rows = 1, columns = 1] = paramOf(node, 'kernel')?.shape ?? [];
    const weights = paramSize(node, 'kernel');
    const missing = paramSize(node, 'bias') > 0 ? 0 : weights / (rows * columns) / 2;
    return height * width * weights - missing + fused(node);
  },
  dense(node) {
    const missing = paramSize(node, 'bias') > 0 ? 0 : sizeOf(node.shape) / 2;
    return pixelsOf(node) * paramSize(node, 'kernel') - missing + fused(node);
  },
  batchNorm: (node) => 2 * sizeOf(node.shape),
  activation: (node) => (sizeOf(node.shape) * osmrActivations[node.attributes.function]) / 2,
  leakyRelu: (node) => sizeOf(node.shape),
  channelShuffle: (node) => sizeOf(node.shape) / 2,
  add: (node) => fused(node),
  maxPool: (node) => (sizeOf(node.shape) * sizeOf(node.attributes.size)) / 2,
  avgPool: (node) => (sizeOf(node.shape) * sizeOf(node.attributes.size)) / 2,
  globalAvgPool: (_, inputs) => sizeOf(inputs[0] ?? []) / 2,
  // Its VGG has no adaptive pool; at the usual input that of torchvision does nothing.
  adaptiveAvgPool: (node, inputs) => adaptiveBinElements(inputs[0] ?? [], node.attributes.size) / 2,
};

/** An activation that a pass moved into the op before it. */
function fused(node: Node<'conv2d'> | Node<'dense'> | Node<'add'>): number {
  return (sizeOf(node.shape) * osmrActivations[node.attributes.activation]) / 2;
}
