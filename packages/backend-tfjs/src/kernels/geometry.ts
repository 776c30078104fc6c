import {
  type AvgPoolAttributes,
  axisPadding,
  channelsOf,
  type ExplicitPadding,
  type Graph,
  type MapShape,
  type MaxPoolAttributes,
  type Node,
  nodeAt,
  type Padding,
  type Pair,
  paramOf,
  type Shape,
} from '@convzoo/layers';

/** A window over maps of one known size: padding in numbers, so that no backend has to agree on what `same` means. */
export interface WindowGeometry {
  readonly input: MapShape;
  readonly output: MapShape;
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: ExplicitPadding;
}

export interface ConvGeometry extends WindowGeometry {
  readonly groups: number;
  /** One input channel a group. */
  readonly depthwise: boolean;
  /** `[kh, kw, in / groups, out]`. */
  readonly filter: readonly [number, number, number, number];
}

export interface AvgPoolGeometry extends WindowGeometry {
  readonly countIncludePad: boolean;
  /** Padding that counts in the mean: without the part that `ceilMode` adds at the end. */
  readonly counted: ExplicitPadding;
}

const asMap = (shape: Shape): MapShape => [shape[0] ?? 1, shape[1] ?? 1, channelsOf(shape)];

function resolvePadding(
  padding: Padding,
  [height, width]: MapShape,
  size: Pair,
  strides: Pair,
  dilations: Pair,
): ExplicitPadding {
  const y = axisPadding(padding, 'height', height, { kernel: size[0], stride: strides[0], dilation: dilations[0] });
  const x = axisPadding(padding, 'width', width, { kernel: size[1], stride: strides[1], dilation: dilations[1] });
  return [y.before, x.after, y.after, x.before];
}

export function convGeometry(graph: Graph, node: Node<'conv2d'>): ConvGeometry {
  const input = asMap(nodeAt(graph, node.inputs[0] ?? -1).shape);
  const [kh = 1, kw = 1, perGroup = 1, out = 1] = paramOf(node, 'kernel')?.shape ?? [];
  const { strides, dilations, groups, padding } = node.attributes;
  return {
    input,
    output: asMap(node.shape),
    size: [kh, kw],
    strides,
    dilations,
    padding: resolvePadding(padding, input, [kh, kw], strides, dilations),
    groups,
    depthwise: groups > 1 && perGroup === 1,
    filter: [kh, kw, perGroup, out],
  };
}

/** `ceilMode` lets the last window hang over the end: as padding that is there for the window but counts for nothing. */
function overhang(geometry: WindowGeometry): ExplicitPadding {
  const { input, output, size, strides, padding } = geometry;
  const [top, right, bottom, left] = padding;
  const rows = (output[0] - 1) * strides[0] + size[0] - input[0] - top;
  const columns = (output[1] - 1) * strides[1] + size[1] - input[1] - left;
  return [top, Math.max(right, columns), Math.max(bottom, rows), left];
}

export function poolGeometry(graph: Graph, node: Node<'maxPool'> | Node<'avgPool'>): WindowGeometry {
  const input = asMap(nodeAt(graph, node.inputs[0] ?? -1).shape);
  const { size, strides, padding }: MaxPoolAttributes = node.attributes;
  const geometry: WindowGeometry = {
    input,
    output: asMap(node.shape),
    size,
    strides,
    dilations: [1, 1],
    padding: resolvePadding(padding, input, size, strides, [1, 1]),
  };
  return { ...geometry, padding: overhang(geometry) };
}

export function avgPoolGeometry(graph: Graph, node: Node<'avgPool'>): AvgPoolGeometry {
  const attributes: AvgPoolAttributes = node.attributes;
  const geometry = poolGeometry(graph, node);
  const counted = resolvePadding(attributes.padding, geometry.input, attributes.size, attributes.strides, [1, 1]);
  return { ...geometry, counted, countIncludePad: attributes.countIncludePad };
}

/** By how many elements each window's sum is divided, row-major over the output's height and width. */
export function averagingCounts(geometry: AvgPoolGeometry): Float32Array {
  const { input, output, size, strides, padding, counted, countIncludePad } = geometry;
  const along = (axis: 0 | 1): number[] => {
    const before = axis === 0 ? padding[0] : padding[3];
    const after = axis === 0 ? counted[2] : counted[1];
    const low = countIncludePad ? -before : 0;
    const high = input[axis] + (countIncludePad ? after : 0);
    return Array.from({ length: output[axis] }, (_, i) => {
      const start = i * strides[axis] - before;
      return Math.min(start + size[axis], high) - Math.max(start, low);
    });
  };
  const rows = along(0);
  const columns = along(1);
  return Float32Array.from(rows.flatMap((row) => columns.map((column) => row * column)));
}
