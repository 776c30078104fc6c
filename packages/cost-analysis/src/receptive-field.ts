import {
  type AnyNode,
  type AxisWindow,
  axisPadding,
  type Graph,
  type NodeId,
  nodeAt,
  type Padding,
  paramOf,
  type Shape,
  sameShape,
} from '@convzoo/layers';

/**
 * What one axis of a node's output sees of the input: position `i` reads input positions `start + i * stride` to
 * `start + i * stride + size - 1`. Positions outside of the input are padding.
 */
export interface AxisField {
  readonly size: number;
  readonly stride: number;
  readonly start: number;
}

export interface ReceptiveField {
  readonly height: AxisField;
  readonly width: AxisField;
}

/**
 * The receptive field of every node with respect to the input, by id (Araujo, Norris and Sim, "Computing receptive fields of
 * convolutional neural networks", Distill, 2019). Where paths meet, the field is the union. `null` where there is none to
 * state: on vectors that come from no map, after ops from outside, and after sums of paths whose strides differ.
 *
 * Factors of squeeze and excitation depend on the whole map; as usual, they are left out.
 *
 * Adaptive pooling over a grid that does not divide the map has windows of several sizes; the largest, and the mean stride,
 * stand for all.
 */
export function receptiveFields(graph: Graph): readonly (ReceptiveField | null)[] {
  const fields: (ReceptiveField | null)[] = [];
  for (const node of graph.nodes) {
    const inputs = placedInputs(node, graph).map((id) => ({
      field: fields[id] ?? null,
      shape: nodeAt(graph, id).shape,
    }));
    const height = inputs.map(({ field, shape }) => ({ field: field?.height ?? null, extent: shape[0] ?? 1 }));
    const width = inputs.map(({ field, shape }) => ({ field: field?.width ?? null, extent: shape[1] ?? 1 }));
    const y = axisField(node, 'height', height);
    const x = axisField(node, 'width', width);
    fields.push(y === null || x === null ? null : { height: y, width: x });
  }
  return fields;
}

/** Inputs that have a place for every place of the result: not the factors of whole channels. */
function placedInputs({ op, inputs, shape }: AnyNode, graph: Graph): readonly NodeId[] {
  return op === 'multiply' ? inputs.filter((id) => sameShape(nodeAt(graph, id).shape, shape)) : inputs;
}

type Axis = 'height' | 'width';
interface AxisInput {
  readonly field: AxisField | null;
  readonly extent: number;
}

function axisField(node: AnyNode, axis: Axis, inputs: readonly AxisInput[]): AxisField | null {
  const [first] = inputs;
  const at = axis === 'height' ? 0 : 1;
  if (node.op === 'input') return node.shape.length === 3 ? { size: 1, stride: 1, start: 0 } : null;
  const field = first?.field ?? null;
  if (first === undefined || field === null) return null;
  const { extent } = first;
  switch (node.op) {
    case 'conv2d': {
      const { strides, dilations, padding } = node.attributes;
      const kernel: Shape = paramOf(node, 'kernel')?.shape ?? [];
      return slide(
        field,
        { kernel: kernel[at] ?? 1, stride: strides[at], dilation: dilations[at] },
        padding,
        axis,
        extent,
      );
    }
    case 'maxPool':
    case 'avgPool': {
      const { size, strides, padding } = node.attributes;
      return slide(field, { kernel: size[at], stride: strides[at], dilation: 1 }, padding, axis, extent);
    }
    case 'adaptiveAvgPool':
      return bins(field, extent, node.attributes.size[at]);
    case 'globalAvgPool':
    case 'flatten':
      return node.shape.length === 1 ? whole(field, extent) : field;
    case 'zeroPad': {
      const [top, , , left] = node.attributes.spatial;
      return { ...field, start: field.start - (axis === 'height' ? top : left) * field.stride };
    }
    case 'add':
    case 'concat':
    case 'multiply':
      return union(inputs.map((input) => input.field));
    case 'batchNorm':
    case 'activation':
    case 'leakyRelu':
    case 'layerNorm':
    case 'layerScale':
    case 'rescale':
    case 'sliceChannels':
    case 'channelShuffle':
    case 'dropout':
    case 'dense':
      return field;
    case 'custom':
      return null;
  }
}

function slide(field: AxisField, window: AxisWindow, padding: Padding, axis: Axis, extent: number): AxisField {
  const { before } = axisPadding(padding, axis, extent, window);
  return {
    size: field.size + (window.kernel - 1) * window.dilation * field.stride,
    stride: field.stride * window.stride,
    start: field.start - before * field.stride,
  };
}

function bins(field: AxisField, extent: number, count: number): AxisField {
  let largest = 0;
  for (let i = 0; i < count; i++) {
    largest = Math.max(largest, Math.ceil(((i + 1) * extent) / count) - Math.floor((i * extent) / count));
  }
  return { ...field, size: field.size + (largest - 1) * field.stride, stride: (field.stride * extent) / count };
}

/** Everything that the positions of an axis see together; there is no next result, so the stride is 0. */
function whole(field: AxisField, extent: number): AxisField {
  const size = field.size + (extent - 1) * field.stride;
  return { size, stride: 0, start: field.start };
}

function union(fields: readonly (AxisField | null)[]): AxisField | null {
  let result: AxisField | null = null;
  for (const field of fields) {
    if (field === null || (result !== null && field.stride !== result.stride)) return null;
    const start: number = Math.min(result?.start ?? field.start, field.start);
    const end = Math.max(result === null ? -Infinity : result.start + result.size, field.start + field.size);
    result = { stride: field.stride, start, size: end - start };
  }
  return result;
}
