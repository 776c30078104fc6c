import {
  type AnyNode,
  formatShape,
  type Graph,
  type NodeId,
  nodeAt,
  outputOf,
  selectOutput,
  sizeOf,
  tapOf,
} from '@convzoo/layers';
import { InterpretError } from './errors.js';

/** Ops that add nothing of their own to a map: a heat map belongs to what comes before them, at full resolution. */
const PASSIVE: ReadonlySet<string> = new Set([
  'input',
  'maxPool',
  'avgPool',
  'adaptiveAvgPool',
  'globalAvgPool',
  'flatten',
  'dropout',
  'zeroPad',
]);

/** Layers that give a map of more than one pixel, and on which the output depends, in the order of the network. */
export function mapLayers(graph: Graph): readonly AnyNode[] {
  const needed = ancestors(graph);
  return graph.nodes.filter((node) => needed.has(node.id) && node.op !== 'input' && isMap(node));
}

/**
 * The layer at which Grad-CAM is usually read: the last map, before any pooling.
 *
 * @throws InterpretError `no-map` where the network has none
 */
export function defaultMapLayer(graph: Graph): AnyNode {
  const layer = mapLayers(graph).findLast(({ op }) => !PASSIVE.has(op));
  if (layer === undefined) {
    throw new InterpretError('no-map', `${graph.name} computes no map of more than one pixel, so nothing has a place.`);
  }
  return layer;
}

/**
 * The map-valued layer of that name: a tap, or a node's path.
 *
 * @throws InterpretError `not-a-map` where the layer is a vector, or the output does not depend on it
 * @throws GraphError `no-such-tap`
 */
export function mapLayer(graph: Graph, name: string): AnyNode {
  const layer = tapOf(graph, name);
  if (layer.shape.length !== 3) {
    throw new InterpretError(
      'not-a-map',
      `${name} gives ${formatShape(layer.shape)}, which has no height and width. Take a layer before the pooling.`,
    );
  }
  if (!ancestors(graph).has(layer.id)) {
    throw new InterpretError('not-a-map', `The output of ${graph.name} does not depend on ${name}.`);
  }
  return layer;
}

/** The network up to its logits: without the sigmoid at its end, if it has one. */
export function logitsOf(graph: Graph): Graph {
  const output = outputOf(graph);
  if (output.op !== 'activation' || output.attributes.function !== 'sigmoid') return graph;
  return selectOutput(graph, nodeAt(graph, output.inputs[0] ?? -1).path);
}

/** Which logit speaks for a class, and whether it speaks against it: see `GradCamOptions`. */
export interface ClassLogit {
  readonly classIndex: number;
  readonly against: boolean;
}

/**
 * The logit of a class. A network of one output has two classes, "no" (0) and "yes" (1): "no" is what speaks against its one
 * logit.
 *
 * @param graph the network up to its logits
 */
export function logitFor(graph: Graph, classIndex: number): ClassLogit {
  const single = sizeOf(outputOf(graph).shape) === 1;
  return { classIndex: single ? 0 : classIndex, against: single && classIndex === 0 };
}

const isMap = ({ shape: [height = 1, width = 1], shape }: AnyNode): boolean => shape.length === 3 && height * width > 1;

function ancestors(graph: Graph): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  const open = [graph.output];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...nodeAt(graph, id).inputs);
  }
  return found;
}
