import { convGeometry } from '@convzoo/backend-tfjs';
import type { FusedActivation, Node, ParamRole } from '@convzoo/layers';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {
  at,
  type Backward,
  type BackwardContext,
  type GradientContext,
  type GradientRule,
  type GradientStep,
} from './rule.js';

interface Products {
  input(d: Tensor): Tensor;
  kernel(d: Tensor): Tensor;
}

/** The gradient of `activation(product + bias)`, given those of the product: what convolution and dense share. */
function linearBackward(
  context: GradientContext<'conv2d'> | GradientContext<'dense'>,
  dy: Tensor,
  { y, params, needsInput }: BackwardContext,
  products: Products,
): Backward {
  const { kernels, node } = context;
  const activation: FusedActivation = (node as Node<'conv2d' | 'dense'>).attributes.activation;
  const d = activation === 'linear' ? dy : kernels.activationGradient(dy, y, activation);
  const gradients = node.params.map((spec) => {
    if (!context.isTrained(spec.path)) return undefined;
    return spec.role === 'kernel' ? products.kernel(d) : kernels.biasGradient(d);
  });
  const dx = needsInput(0) ? products.input(d) : undefined;
  if (d !== dy) d.dispose();
  if (gradients.length !== params.length) throw new RangeError(`${node.path}: parameters and specifications differ`);
  return { inputs: [dx], params: gradients };
}

const indexOf = (node: Node, role: ParamRole): number => node.params.findIndex((spec) => spec.role === role);

/** A kernel's gradient reads the input, a fused activation's the result. */
function readsOf({ node, isTrained }: GradientContext<'conv2d'> | GradientContext<'dense'>): GradientStep['reads'] {
  const inputs = node.params.some((spec) => spec.role === 'kernel' && isTrained(spec.path));
  return { inputs, y: node.attributes.activation !== 'linear' };
}

export const conv2d: GradientRule<'conv2d'> = (context) => {
  const { graph, node, kernels } = context;
  const geometry = convGeometry(graph, node);
  const [kernelAt, biasAt] = [indexOf(node, 'kernel'), indexOf(node, 'bias')];
  return {
    reads: readsOf(context),
    forward: (inputs, params) => {
      const bias = params[biasAt] as Tensor1D | undefined;
      const epilogue = { bias, activation: node.attributes.activation };
      return { y: kernels.conv2d(at(inputs, 0) as Tensor4D, at(params, kernelAt) as Tensor4D, geometry, epilogue) };
    },
    backward: (dy, backward) =>
      linearBackward(context, dy, backward, {
        input: (d) => kernels.conv2dInputGradient(d as Tensor4D, at(backward.params, kernelAt) as Tensor4D, geometry),
        kernel: (d) => kernels.conv2dFilterGradient(at(backward.inputs, 0) as Tensor4D, d as Tensor4D, geometry),
      }),
  };
};

export const dense: GradientRule<'dense'> = (context) => {
  const { node, kernels } = context;
  const [kernelAt, biasAt] = [indexOf(node, 'kernel'), indexOf(node, 'bias')];
  return {
    reads: readsOf(context),
    forward: (inputs, params) => {
      const bias = params[biasAt] as Tensor1D | undefined;
      const epilogue = { bias, activation: node.attributes.activation };
      return { y: kernels.dense(at(inputs, 0) as Tensor2D, at(params, kernelAt) as Tensor2D, epilogue) };
    },
    backward: (dy, backward) =>
      linearBackward(context, dy, backward, {
        input: (d) => tf.matMul(d as Tensor2D, at(backward.params, kernelAt) as Tensor2D, false, true),
        kernel: (d) => tf.matMul(at(backward.inputs, 0) as Tensor2D, d as Tensor2D, true, false),
      }),
  };
};
