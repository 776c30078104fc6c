import {
  type AnyNode,
  type AvgPoolAttributes,
  axisPadding,
  type Conv2dAttributes,
  type ExplicitPadding,
  type Graph,
  type MaxPoolAttributes,
  nodeAt,
  type Pair,
  type Shape,
} from '@convzoo/layers';

/** How Keras pads a window: by one of its two words, after a layer that adds zeros where it must. */
export interface KerasPadding {
  readonly word: 'valid' | 'same';
  readonly zeros: ExplicitPadding | undefined;
}

interface Window {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations?: Pair;
  readonly padding: Conv2dAttributes['padding'];
}

/** Zeros on each side that the window really has, those of a last window that hangs over the end (`ceilMode`) too. */
function zerosOf(window: Window, input: Shape, output: Shape): ExplicitPadding {
  const axis = (i: 0 | 1) => {
    const extent = input[i] ?? 1;
    const [kernel, stride, dilation] = [window.size[i], window.strides[i], window.dilations?.[i] ?? 1];
    const { before } = axisPadding(window.padding, i === 0 ? 'height' : 'width', extent, { kernel, stride, dilation });
    const reach = ((output[i] ?? 1) - 1) * stride + (kernel - 1) * dilation + 1;
    // Trailing zeros that no window reaches are of no account.
    return [before, Math.max(reach - before - extent, 0)] as const;
  };
  const [[top, bottom], [left, right]] = [axis(0), axis(1)];
  return [top, right, bottom, left];
}

/** The same, in Keras's words. */
export function kerasPadding(window: Window, input: Shape, output: Shape): KerasPadding {
  const zeros = zerosOf(window, input, output);
  if (zeros.every((count) => count === 0)) return { word: 'valid', zeros: undefined };
  const same = zerosOf({ ...window, padding: 'same' }, input, output);
  const asSame = [0, 1].every((i) => output[i] === Math.ceil((input[i] ?? 1) / (window.strides[i] ?? 1)));
  return asSame && zeros.every((count, i) => count === same[i])
    ? { word: 'same', zeros: undefined }
    : { word: 'valid', zeros };
}

/** Of a pool, whose Keras padding leaves zeros out of mean and maximum. Undefined where no layer of Keras does the same. */
export function poolPadding(
  graph: Graph,
  node: AnyNode,
  attributes: MaxPoolAttributes | AvgPoolAttributes,
): KerasPadding | undefined {
  const input = nodeAt(graph, node.inputs[0] ?? -1);
  const padding = kerasPadding(attributes, input.shape, node.shape);
  if (padding.word === 'valid' && padding.zeros === undefined) return padding;
  if (node.op === 'maxPool') {
    // Zeros do not change the maximum of numbers that are none below zero.
    return padding.word === 'same' || isNotNegative(graph, input) ? padding : undefined;
  }
  if (attributes.ceilMode) return undefined;
  const counted = 'countIncludePad' in attributes && attributes.countIncludePad;
  if (!counted) return padding.word === 'same' ? padding : undefined;
  return { word: 'valid', zeros: zerosOf(attributes, input.shape, node.shape) };
}

const POSITIVE: readonly string[] = ['relu', 'relu6', 'sigmoid', 'hardSigmoid'];

function isNotNegative(graph: Graph, node: AnyNode): boolean {
  const inputs = (): boolean => node.inputs.every((id) => isNotNegative(graph, nodeAt(graph, id)));
  switch (node.op) {
    case 'activation':
      return POSITIVE.includes(node.attributes.function);
    case 'conv2d':
    case 'dense':
      return POSITIVE.includes(node.attributes.activation);
    case 'add':
      return POSITIVE.includes(node.attributes.activation) || inputs();
    case 'concat':
    case 'maxPool':
    case 'avgPool':
    case 'dropout':
    case 'zeroPad':
      return inputs();
    default:
      return false;
  }
}
