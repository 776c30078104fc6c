import { axisPadding, type ExplicitPadding } from '@convzoo/layers';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { replaceBy } from '../activations.js';
import type { ConvGeometry, WindowGeometry } from '../geometry.js';
import type { Epilogue, Kernels } from '../kernels.js';
import { depthwiseFilter } from '../portable/convolution.js';
import * as composed from '../portable/convolution-gradient.js';
import { isDilated, withoutDilation } from '../spread.js';
import { nativeActivations } from './activations.js';
import { type Attribute, attribute, execute } from './execute.js';

/** TensorFlow's `explicit_paddings` for NHWC, or `VALID` where there is none. */
export function paddingAttributes([top, right, bottom, left]: ExplicitPadding): Attribute[] {
  if (top + right + bottom + left === 0) return [attribute.string('padding', 'VALID')];
  return [
    attribute.string('padding', 'EXPLICIT'),
    attribute.int('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0]),
  ];
}

/** Whether the padding is what TensorFlow's `SAME` would choose. */
export function isSame({
  input,
  size,
  strides,
  dilations,
  padding: [top, right, bottom, left],
}: WindowGeometry): boolean {
  const axis = (i: 0 | 1) =>
    axisPadding('same', i === 0 ? 'height' : 'width', input[i], {
      kernel: size[i],
      stride: strides[i],
      dilation: dilations[i],
    });
  const [y, x] = [axis(0), axis(1)];
  return y.before === top && y.after === bottom && x.before === left && x.after === right;
}

/**
 * oneDNN's fast kernels of gradients know `SAME` and `VALID` only: with `EXPLICIT` a training step of ResNet-20 takes twice as
 * long (docs/native.md). So there, what is not `SAME` is padded by an op of its own and convolved `VALID`. Forwards `EXPLICIT` is as
 * fast as `SAME`, and an op of its own takes as long as the depthwise convolution behind it.
 */
interface PaddingPlan {
  readonly attributes: readonly Attribute[];
  /** Padding to be added before, if any. */
  readonly pad: ExplicitPadding | undefined;
}

function planPadding(geometry: ConvGeometry): PaddingPlan {
  if (geometry.padding.every((side) => side === 0))
    return { attributes: [attribute.string('padding', 'VALID')], pad: undefined };
  if (isSame(geometry)) return { attributes: [attribute.string('padding', 'SAME')], pad: undefined };
  return { attributes: [attribute.string('padding', 'VALID')], pad: geometry.padding };
}

const forwardPadding = (geometry: ConvGeometry): readonly Attribute[] =>
  isSame(geometry) ? [attribute.string('padding', 'SAME')] : paddingAttributes(geometry.padding);

function convAttributes(
  { strides, dilations, depthwise }: ConvGeometry,
  padding: Pick<PaddingPlan, 'attributes'>,
): Attribute[] {
  return [
    attribute.type('T'),
    attribute.int('strides', [1, ...strides, 1]),
    ...padding.attributes,
    attribute.string('data_format', 'NHWC'),
    attribute.int('dilations', [1, ...dilations, 1]),
    ...(depthwise ? [] : [attribute.bool('use_cudnn_on_gpu', true)]),
  ];
}

/** Runs `use` with the input padded as the plan says. */
function withPadding(x: Tensor4D, { pad }: PaddingPlan, use: (x: Tensor4D) => Tensor4D): Tensor4D {
  if (pad === undefined) return use(x);
  const [top, right, bottom, left] = pad;
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  try {
    return use(padded);
  } finally {
    padded.dispose();
  }
}

/** Runs `use` with the extents as an int32 tensor, the form in which TensorFlow's gradients take shapes. */
function withShape<T>(shape: readonly number[], use: (sizes: Tensor1D) => T): T {
  const sizes = tf.tensor1d([...shape], 'int32');
  try {
    return use(sizes);
  } finally {
    sizes.dispose();
  }
}

/** Adds the bias and applies the activation, disposing what it replaces. */
export function finish<T extends tf.Tensor>(product: T, { bias, activation }: Epilogue): T {
  const attributes = [attribute.type('T'), attribute.string('data_format', 'NHWC')];
  const sum = bias === undefined ? product : replaceBy(product, (x) => execute('BiasAdd', attributes, [x, bias]));
  return activation === 'linear' ? sum : replaceBy(sum, nativeActivations[activation].value);
}

/** The filter in TensorFlow's shape; a depthwise one is a view that must be disposed. */
function withFilter<T>(filter: Tensor4D, geometry: ConvGeometry, use: (filter: Tensor4D) => T): T {
  if (!geometry.depthwise) return use(filter);
  const view = depthwiseFilter(filter, geometry);
  try {
    return use(view);
  } finally {
    view.dispose();
  }
}

/** TensorFlow's depthwise kernels want one stride for both axes, and dilation only where oneDNN is on. */
const isUnevenDepthwise = ({ depthwise, strides }: ConvGeometry): boolean => depthwise && strides[0] !== strides[1];

/** Whether TensorFlow has the gradients: those of its own CPU kernels know no dilation. */
const hasGradients = (geometry: ConvGeometry): boolean => !isDilated(geometry) && !isUnevenDepthwise(geometry);

/**
 * Whether windows leave pixels out between them. oneDNN's gradient of the filter then writes past its memory for some
 * shapes (TensorFlow 2.15.1: heap corruption, seen as a crash a second later), so it must never be asked.
 */
const skipsPixels = ({ size, strides }: ConvGeometry): boolean => strides[0] > size[0] || strides[1] > size[1];

export const conv2d: Kernels['conv2d'] = (x, filter, geometry, epilogue) => {
  if (geometry.depthwise && isDilated(geometry)) {
    return tf.tidy(() => conv2d(x, ...withoutDilation(filter, geometry), epilogue));
  }
  if (isUnevenDepthwise(geometry)) {
    // Every pixel, and then those that the strides leave: a window of one pixel has nothing to pool.
    const strides = [...geometry.strides] as [number, number];
    return tf.tidy(() =>
      tf.maxPool(conv2d(x, filter, { ...geometry, strides: [1, 1] }, epilogue), 1, strides, 'valid'),
    );
  }
  const op = geometry.depthwise ? 'DepthwiseConv2dNative' : 'Conv2D';
  const attributes = convAttributes(geometry, { attributes: forwardPadding(geometry) });
  const product = withFilter(filter, geometry, (f) => execute<Tensor4D>(op, attributes, [x, f]));
  return finish(product, epilogue);
};

export const conv2dInputGradient: Kernels['conv2dInputGradient'] = (dy, filter, geometry) => {
  if (!hasGradients(geometry)) return composed.conv2dInputGradient(dy, filter, geometry);
  const op = geometry.depthwise ? 'DepthwiseConv2dNativeBackpropInput' : 'Conv2DBackpropInput';
  const plan = planPadding(geometry);
  const [top, right, bottom, left] = plan.pad ?? [0, 0, 0, 0];
  const [height, width, channels] = geometry.input;
  const batch = dy.shape[0];
  const gradient = withShape([batch, height + top + bottom, width + left + right, channels], (sizes) =>
    withFilter(filter, geometry, (f) => execute<Tensor4D>(op, convAttributes(geometry, plan), [sizes, f, dy])),
  );
  if (plan.pad === undefined) return gradient;
  const inner = tf.slice(gradient, [0, top, left, 0], [batch, height, width, channels]);
  gradient.dispose();
  return inner;
};

export const conv2dFilterGradient: Kernels['conv2dFilterGradient'] = (x, dy, geometry) => {
  if (!hasGradients(geometry) || skipsPixels(geometry)) return composed.conv2dFilterGradient(x, dy, geometry);
  const { groups, depthwise, filter } = geometry;
  const [kh, kw, , out] = filter;
  const plan = planPadding(geometry);
  const op = depthwise ? 'DepthwiseConv2dNativeBackpropFilter' : 'Conv2DBackpropFilter';
  const shape = depthwise ? [kh, kw, groups, out / groups] : [...filter];
  const gradient = withPadding(x, plan, (padded) =>
    withShape(shape, (sizes) => execute<Tensor4D>(op, convAttributes(geometry, plan), [padded, sizes, dy])),
  );
  if (!depthwise) return gradient;
  const reshaped = tf.reshape(gradient, [...filter]) as Tensor4D;
  gradient.dispose();
  return reshaped;
};
