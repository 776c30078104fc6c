import type { Node } from '@convzoo/layers';
import type { Ref } from '../arrays.js';
import { type EachShare, eachProduct, eachShare, poolWindows } from './enumerate.js';
import { zeros } from './ops.js';

/** Gradients of a convolution's product: the same terms, read the other way. */
export function convGradients(node: Node<'conv2d'>, x: Ref, kernel: Ref, dy: Ref): { input: Ref; kernel: Ref } {
  const gradients = { input: zeros(x.shape), kernel: zeros(kernel.shape) };
  eachProduct(node, x.shape, (output, input, tap) => {
    gradients.input.data[input]! += dy.data[output]! * kernel.data[tap]!;
    gradients.kernel.data[tap]! += dy.data[output]! * x.data[input]!;
  });
  return gradients;
}

export function meanGradient(node: Parameters<EachShare>[0], inputShape: readonly number[], dy: Ref): Ref {
  const dx = zeros(inputShape);
  eachShare(node, inputShape, (output, input, share) => {
    dx.data[input]! += dy.data[output]! * share;
  });
  return dx;
}

/** Each window's gradient goes to its largest element, to the first of equal ones in the order of the rows. */
export function maxPoolGradient(node: Node<'maxPool'>, x: Ref, dy: Ref): Ref {
  const dx = zeros(x.shape);
  for (const { output, inputs } of poolWindows(node, x.shape)) {
    const winner = inputs.reduce((best, i) => (x.data[i]! > x.data[best]! ? i : best));
    dx.data[winner]! += dy.data[output]!;
  }
  return dx;
}

/** Gradient of `sum(dy * f(at))` by central differences: for definitions whose gradient is not written down here. */
export function numericGradient(f: (at: Ref) => Ref, at: Ref, dy: Ref, step = 1e-5): Ref {
  const objective = (data: Float64Array): number =>
    f({ ...at, data }).data.reduce((sum, v, i) => sum + v * dy.data[i]!, 0);
  const data = at.data.map((value, i) => {
    const moved = at.data.slice();
    moved[i] = value + step;
    const above = objective(moved);
    moved[i] = value - step;
    return (above - objective(moved)) / (2 * step);
  });
  return { shape: at.shape, data };
}

/** Batch normalisation with the batch's own statistics (Ioffe and Szegedy, 2015, algorithm 1), and what is left behind. */
export function normTraining(
  x: Ref,
  scale: Ref,
  shift: Ref,
  eps: number,
): { y: Ref; mean: Float64Array; unbiased: Float64Array } {
  const channels = scale.data.length;
  const count = x.data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  x.data.forEach((v, i) => {
    mean[i % channels]! += v / count;
  });
  x.data.forEach((v, i) => {
    variance[i % channels]! += (v - mean[i % channels]!) ** 2 / count;
  });
  const data = x.data.map((v, i) => {
    const c = i % channels;
    return ((v - mean[c]!) / Math.sqrt(variance[c]! + eps)) * scale.data[c]! + shift.data[c]!;
  });
  // torch and TensorFlow both keep the batch's own variance where there is but one value.
  return { y: { shape: x.shape, data }, mean, unbiased: variance.map((v) => (v * count) / Math.max(count - 1, 1)) };
}
