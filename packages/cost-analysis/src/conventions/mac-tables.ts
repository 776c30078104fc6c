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

/**
 * thop 0.1.1: a norm that scales or shifts is 4 for each element, else 2; an average pool 1 for each output, an adaptive one
 * its window and 1 more. Biases, activations and maximum pools are free.
 */
export const thopMacs: WorkTable = {
  ...macRules,
  batchNorm: (node) => sizeOf(node.shape) * (isAffine(node) ? 4 : 2),
  layerNorm: (node) => sizeOf(node.shape) * (isAffine(node) ? 4 : 2),
  avgPool: (node) => sizeOf(node.shape),
  globalAvgPool: (node, inputs) => sizeOf(inputs[0] ?? []) + sizeOf(node.shape),
  adaptiveAvgPool(node, inputs) {
    const [height = 0, width = 0] = inputs[0] ?? [];
    const [rows, columns] = node.attributes.size;
    return Math.trunc(((height / rows) * (width / columns) + 1) * sizeOf(node.shape));
  },
};

/** What ptflops counts of a function of each element; 0 where it knows neither the module nor the function. */
const ptflopsActivations: typeof activationCost = {
  linear: 0,
  relu: 2,
  relu6: 1,
  sigmoid: 0,
  tanh: 0,
  hardSigmoid: 0,
  swish: 1,
  hardSwish: 0,
  gelu: 2,
};

/**
 * ptflops 0.7.5 with its default backend, which counts the hook of a module and, since it replaces functions of torch as
 * well, once more the function that the module calls. So ReLU, GELU and pools count twice, ReLU6 (`hardtanh` underneath) and
 * SiLU once. A network that calls the functions itself has them once; that is not to be seen in a graph.
 */
export const ptflopsMacs: WorkTable = {
  ...macRules,
  conv2d: (node, inputs) => (macRules.conv2d(node, inputs) ?? 0) + biasAndActivation(node),
  dense: (node, inputs) => (macRules.dense(node, inputs) ?? 0) + biasAndActivation(node),
  batchNorm: (node) => sizeOf(node.shape) * (isAffine(node) ? 2 : 1),
  layerNorm: (node) => sizeOf(node.shape),
  activation: (node) => sizeOf(node.shape) * ptflopsActivations[node.attributes.function],
  leakyRelu: (node) => sizeOf(node.shape),
  add: (node) => sizeOf(node.shape) * ptflopsActivations[node.attributes.activation],
  maxPool: (_, inputs) => 2 * sizeOf(inputs[0] ?? []),
  avgPool: (_, inputs) => 2 * sizeOf(inputs[0] ?? []),
  globalAvgPool: (_, inputs) => 2 * sizeOf(inputs[0] ?? []),
  adaptiveAvgPool: (_, inputs) => 2 * sizeOf(inputs[0] ?? []),
};

function biasAndActivation(node: Node<'conv2d'> | Node<'dense'>): number {
  const bias = paramSize(node, 'bias') > 0 ? 1 : 0;
  return sizeOf(node.shape) * (bias + ptflopsActivations[node.attributes.activation]);
}

const isAffine = (node: Node): boolean => node.params.some(({ role }) => role === 'scale' || role === 'shift');

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
