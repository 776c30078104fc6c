import type { ExplicitPadding } from '@convzoo/layers';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from '../geometry.js';
import type { Epilogue, Kernels } from '../kernels.js';
import { depthwiseFilter } from '../portable/convolution.js';
import { type Attribute, attribute, execute } from './execute.js';

/** TensorFlow's `explicit_paddings` for NHWC, or `VALID` where there is none. */
export function paddingAttributes([top, right, bottom, left]: ExplicitPadding): Attribute[] {
  if (top + right + bottom + left === 0) return [attribute.string('padding', 'VALID')];
  return [
    attribute.string('padding', 'EXPLICIT'),
    attribute.int('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0]),
  ];
}

function convAttributes({ strides, dilations, padding, depthwise }: ConvGeometry): Attribute[] {
  return [
    attribute.type('T'),
    attribute.int('strides', [1, ...strides, 1]),
    ...paddingAttributes(padding),
    attribute.string('data_format', 'NHWC'),
    attribute.int('dilations', [1, ...dilations, 1]),
    ...(depthwise ? [] : [attribute.bool('use_cudnn_on_gpu', true)]),
  ];
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
  let y = product;
  const replace = (next: T): void => {
    y.dispose();
    y = next;
  };
  if (bias !== undefined) {
    replace(execute<T>('BiasAdd', [attribute.type('T'), attribute.string('data_format', 'NHWC')], [y, bias]));
  }
  if (activation !== 'linear') replace(execute<T>(activation === 'relu' ? 'Relu' : 'Relu6', [attribute.type('T')], [y]));
  return y;
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

export const conv2d: Kernels['conv2d'] = (x, filter, geometry, epilogue) => {
  const op = geometry.depthwise ? 'DepthwiseConv2dNative' : 'Conv2D';
  const product = withFilter(filter, geometry, (f) => execute<Tensor4D>(op, convAttributes(geometry), [x, f]));
  return finish(product, epilogue);
};

export const conv2dInputGradient: Kernels['conv2dInputGradient'] = (dy, filter, geometry) => {
  const op = geometry.depthwise ? 'DepthwiseConv2dNativeBackpropInput' : 'Conv2DBackpropInput';
  return withShape([dy.shape[0], ...geometry.input], (sizes) =>
    withFilter(filter, geometry, (f) => execute<Tensor4D>(op, convAttributes(geometry), [sizes, f, dy])),
  );
};

export const conv2dFilterGradient: Kernels['conv2dFilterGradient'] = (x, dy, geometry) => {
  const [kh, kw, , out] = geometry.filter;
  if (!geometry.depthwise) {
    return withShape(geometry.filter, (sizes) =>
      execute<Tensor4D>('Conv2DBackpropFilter', convAttributes(geometry), [x, sizes, dy]),
    );
  }
  const { groups } = geometry;
  const gradient = withShape([kh, kw, groups, out / groups], (sizes) =>
    execute<Tensor4D>('DepthwiseConv2dNativeBackpropFilter', convAttributes(geometry), [x, sizes, dy]),
  );
  const reshaped = tf.reshape(gradient, [...geometry.filter]) as Tensor4D;
  gradient.dispose();
  return reshaped;
};
