import {
  type AnyNode,
  type Graph,
  inputOf,
  isDepthwise,
  type Node,
  nodeAt,
  type Padding,
  paramOf,
  sizeOf,
} from '@convzoo/layers';
import type * as Core from '@tensorflow/tfjs-core';
import type { Network } from '../network.js';

type Tf = typeof Core;
type Values = (Core.Tensor | undefined)[];
type Layer = (values: Values) => Core.Tensor;

/**
 * A network as one writes it by hand with tfjs: fused convolutions and products, weights uploaded once, every map disposed
 * after its last reader.
 */
export function handWrittenTfjs(
  tf: Tf,
  { graph, params }: Network,
  batch: number,
): (input: Float32Array) => Float32Array {
  const weight = (node: Node, role: 'kernel' | 'bias', shape?: readonly number[]): Core.Tensor => {
    const tensor = params.get(paramOf(node, role)?.path ?? '');
    if (tensor === undefined) throw new RangeError(`${node.path} has no ${role}`);
    return tf.tensor(tensor.data, [...(shape ?? tensor.shape)]);
  };
  const layers = graph.nodes.map((node) => layerOf(tf, graph, node, batch, weight));
  const last = lastReaders(graph);
  const shape = [batch, ...inputOf(graph).shape];
  return (input) => {
    const values: Values = [];
    graph.nodes.forEach((node, id) => {
      const layer = layers[id];
      values[id] = layer === undefined ? tf.tensor(input, shape) : tf.tidy(() => layer(values));
      for (const source of new Set(node.inputs)) {
        if (last[source] !== id) continue;
        values[source]?.dispose();
        values[source] = undefined;
      }
    });
    const output = values[graph.output];
    const data = output?.dataSync<'float32'>() ?? new Float32Array();
    output?.dispose();
    return data;
  };
}

function lastReaders(graph: Graph): readonly number[] {
  const last: number[] = graph.nodes.map(() => graph.nodes.length);
  for (const { id, inputs } of graph.nodes) for (const source of inputs) last[source] = id;
  return last;
}

function layerOf(
  tf: Tf,
  graph: Graph,
  node: AnyNode,
  batch: number,
  weight: (node: Node, role: 'kernel' | 'bias', shape?: readonly number[]) => Core.Tensor,
): Layer | undefined {
  const [a = 0, b = 0] = node.inputs;
  const x = <T extends Core.Tensor>(values: Values): T => values[a] as T;
  switch (node.op) {
    case 'input':
      return undefined;
    case 'conv2d': {
      const { strides, padding, activation } = node.attributes;
      const depthwise = isDepthwise(node, graph);
      const [kernel, bias] = [
        weight(node, 'kernel', depthwise ? depthwiseShape(node) : undefined),
        weight(node, 'bias'),
      ];
      const options = {
        filter: kernel as Core.Tensor4D,
        bias,
        strides: [...strides] as [number, number],
        pad: explicit(padding),
        activation: activation as 'relu',
      };
      return depthwise
        ? // Its type knows no explicit padding; its kernels do.
          (values) => tf.fused.depthwiseConv2d({ x: x<Core.Tensor4D>(values), ...options, pad: options.pad as 'same' })
        : (values) => tf.fused.conv2d({ x: x<Core.Tensor4D>(values), ...options });
    }
    case 'maxPool': {
      const { size, strides, padding } = node.attributes;
      const pad = explicit(padding);
      return (values) => {
        const map = x<Core.Tensor4D>(values);
        // tfjs-node's pool has no explicit padding. Behind a ReLU zeros change no maximum.
        return typeof pad === 'object' && tf.getBackend() === 'tensorflow'
          ? tf.maxPool(tf.pad(map, pad), [...size], [...strides], 'valid')
          : tf.maxPool(map, [...size], [...strides], pad);
      };
    }
    case 'add': {
      const { activation } = node.attributes;
      return (values) => {
        const sum = tf.add(x(values), values[b] as Core.Tensor);
        return activation === 'relu' ? tf.relu(sum) : sum;
      };
    }
    case 'globalAvgPool':
      return (values) => tf.mean(x(values), [1, 2]);
    case 'adaptiveAvgPool':
    case 'flatten':
      // Of a 7x7 map to 7x7, at the networks' default input: nothing to do but give it its shape.
      return (values) => tf.reshape(x(values), [batch, ...node.shape]);
    case 'dense': {
      const [kernel, bias] = [weight(node, 'kernel') as Core.Tensor2D, weight(node, 'bias')];
      const activation = node.attributes.activation as 'relu';
      const inputs = sizeOf(nodeAt(graph, a).shape);
      return (values) => tf.fused.matMul({ a: tf.reshape(x(values), [batch, inputs]), b: kernel, bias, activation });
    }
    default:
      throw new RangeError(`${node.path} (${node.op}) is in none of the compared networks`);
  }
}

/** tfjs wants `[kh, kw, channels, 1]`. */
function depthwiseShape(node: AnyNode): readonly number[] {
  const [height = 0, width = 0, , channels = 0] = paramOf(node, 'kernel')?.shape ?? [];
  return [height, width, channels, 1];
}

type Sides = [[number, number], [number, number], [number, number], [number, number]];

function explicit(padding: Padding): 'same' | 'valid' | Sides {
  if (padding === 'same') return padding;
  const [top, right, bottom, left] = padding;
  const sides: Sides = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return top + bottom + left + right === 0 ? 'valid' : sides;
}
