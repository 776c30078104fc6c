import { convGeometry, overPixels } from '@convzoo/backend-tfjs';
import type { Node, ParamRole } from '@convzoo/layers';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type FusedGradient, fusedGradient } from './activation.js';
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
  fused: FusedGradient,
  dy: Tensor,
  backward: BackwardContext,
  products: Products,
): Backward {
  const { kernels, node } = context;
  const { params, needsInput } = backward;
  const d = fused.gradient(dy, backward);
  const gradients = node.params.map((spec) => {
    if (!context.isTrained(spec.path)) return undefined;
    return spec.role === 'kernel' ? products.kernel(d) : kernels.biasGradient(d);
  });
  const dx = needsInput(0) ? products.input(d) : undefined;
  d.dispose();
  if (gradients.length !== params.length) throw new RangeError(`${node.path}: parameters and specifications differ`);
  return { inputs: [dx], params: gradients };
}

const indexOf = (node: Node, role: ParamRole): number => node.params.findIndex((spec) => spec.role === role);

/** A kernel's gradient reads the input, that of many fused activations the result. */
function readsOf(
  { node, isTrained }: GradientContext<'conv2d'> | GradientContext<'dense'>,
  fused: FusedGradient,
): GradientStep['reads'] {
  const inputs = node.params.some((spec) => spec.role === 'kernel' && isTrained(spec.path));
  return { inputs, y: fused.readsResult };
}

export const conv2d: GradientRule<'conv2d'> = (context) => {
  const { graph, node, kernels } = context;
  const geometry = convGeometry(graph, node);
  const fused = fusedGradient(context, node.attributes.activation);
  const [kernelAt, biasAt] = [indexOf(node, 'kernel'), indexOf(node, 'bias')];
  return {
    reads: readsOf(context, fused),
    forward: (inputs, params) => {
      const bias = params[biasAt] as Tensor1D | undefined;
      const epilogue = { bias, activation: fused.inKernel };
      return fused.finish(
        kernels.conv2d(at(inputs, 0) as Tensor4D, at(params, kernelAt) as Tensor4D, geometry, epilogue),
      );
    },
    backward: (dy, backward) =>
      linearBackward(context, fused, dy, backward, {
        input: (d) => kernels.conv2dInputGradient(d as Tensor4D, at(backward.params, kernelAt) as Tensor4D, geometry),
        kernel: (d) => kernels.conv2dFilterGradient(at(backward.inputs, 0) as Tensor4D, d as Tensor4D, geometry),
      }),
  };
};

/** The rows of a matrix: examples, or the pixels of a map. */
function pixelsOf(x: Tensor): Tensor2D {
  const features = x.shape.at(-1) ?? 1;
  return tf.reshape(x, [x.size / features, features]);
}

export const dense: GradientRule<'dense'> = (context) => {
  const { node, kernels } = context;
  const fused = fusedGradient(context, node.attributes.activation);
  const [kernelAt, biasAt] = [indexOf(node, 'kernel'), indexOf(node, 'bias')];
  return {
    reads: readsOf(context, fused),
    forward: (inputs, params) => {
      const bias = params[biasAt] as Tensor1D | undefined;
      const epilogue = { bias, activation: fused.inKernel };
      const kernel = at(params, kernelAt) as Tensor2D;
      return fused.finish(overPixels(at(inputs, 0), (x) => kernels.dense(x, kernel, epilogue)));
    },
    backward: (dy, backward) =>
      linearBackward(context, fused, dy, backward, {
        input: (d) => overPixels(d, (rows) => tf.matMul(rows, at(backward.params, kernelAt) as Tensor2D, false, true)),
        kernel: (d) => tf.tidy(() => tf.matMul(pixelsOf(at(backward.inputs, 0)), pixelsOf(d), true, false)),
      }),
  };
};
