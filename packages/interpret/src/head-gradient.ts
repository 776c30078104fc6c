import {
  type AnyNode,
  consumersOf,
  type Float32Tensor,
  float32Tensor,
  type Graph,
  outputOf,
  type Parameters,
  paramOf,
  sizeOf,
} from '@convzoo/layers';
import { InterpretError } from './errors.js';
import { mapLayer } from './map-layers.js';

/**
 * The gradient of a logit with respect to a layer's result, `[height, width, channels]`, where nothing but global average
 * pooling and one classifier follow: the classifier's weights of that class over the number of places, whatever the picture.
 * Undefined where more follows.
 *
 * @throws InterpretError `no-such-class`, `not-a-map`
 */
export function headGradient(
  graph: Graph,
  params: Parameters,
  layer: string,
  classIndex: number,
): Float32Tensor | undefined {
  const node = mapLayer(graph, layer);
  checkClass(graph, classIndex);
  const head = headAfter(graph, node);
  if (head === undefined) return undefined;
  const [height = 1, width = 1, channels = 0] = node.shape;
  const weights = head === 'none' ? oneHot(channels, classIndex) : column(head, params, classIndex);
  if (weights === undefined) return undefined;
  const data = new Float32Array(sizeOf(node.shape));
  for (let i = 0; i < data.length; i++) data[i] = (weights[i % channels] ?? 0) / (height * width);
  return float32Tensor(node.shape, data);
}

/** @throws InterpretError `no-such-class` */
function checkClass(graph: Graph, classIndex: number): void {
  const classes = sizeOf(outputOf(graph).shape);
  if (Number.isInteger(classIndex) && classIndex >= 0 && classIndex < classes) return;
  throw new InterpretError(
    'no-such-class',
    `${graph.name} has ${classes} outputs, 0 to ${classes - 1}; there is no ${classIndex}.`,
  );
}

/** The dense layer after global average pooling, `none` where pooling itself gives the logits (SqueezeNet). */
function headAfter(graph: Graph, layer: AnyNode): AnyNode | 'none' | undefined {
  const consumers = consumersOf(graph);
  let [node, pooled, dense]: [AnyNode, boolean, AnyNode | undefined] = [layer, false, undefined];
  while (node.id !== graph.output) {
    const [reader, ...others] = consumers[node.id] ?? [];
    const next = reader === undefined ? undefined : graph.nodes[reader];
    if (next === undefined || others.length > 0) return undefined;
    if (!pooled && (next.op === 'globalAvgPool' || isPoolingToOne(next))) pooled = true;
    else if (pooled && dense === undefined && next.op === 'dense' && next.attributes.activation === 'linear')
      dense = next;
    else if (next.op !== 'dropout' && !(pooled && next.op === 'flatten')) return undefined;
    node = next;
  }
  return pooled ? (dense ?? 'none') : undefined;
}

const isPoolingToOne = (node: AnyNode): boolean =>
  node.op === 'adaptiveAvgPool' && node.attributes.size.every((side) => side === 1);

function column(dense: AnyNode, params: Parameters, classIndex: number): Float32Array | undefined {
  const kernel = params.get(paramOf(dense, 'kernel')?.path ?? '');
  const [rows = 0, classes = 0] = kernel?.shape ?? [];
  if (kernel === undefined) return undefined;
  return Float32Array.from({ length: rows }, (_, row) => kernel.data[row * classes + classIndex] ?? 0);
}

function oneHot(length: number, at: number): Float32Array {
  return new Float32Array(length).fill(1, at, at + 1);
}
