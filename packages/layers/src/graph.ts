import type { OpAttributes, OpName } from './attributes.js';
import { GraphError } from './errors.js';
import type { Shape } from './shape.js';

/** Index of a node in `graph.nodes`. Inputs of a node always have smaller ids: the order is a schedule. */
export type NodeId = number;

/** What a parameter is, which decides layout, initial value, weight decay and whether it is trained. */
export type ParamRole = 'kernel' | 'bias' | 'scale' | 'shift' | 'mean' | 'variance';

/** A parameter as declared by a network: never allocated here. */
export interface ParamSpec {
  /** Checkpoint key in torchvision's spelling where the network exists there, e.g. `layer1.0.conv1.weight`. */
  readonly path: string;
  readonly role: ParamRole;
  /** Convolutions HWIO (`[kh, kw, in / groups, out]`), dense `[in, out]`, everything else `[channels]`. */
  readonly shape: Shape;
}

export interface Node<K extends OpName = OpName> {
  readonly id: NodeId;
  readonly op: K;
  /** Unique in its graph, e.g. `layer1.0.conv1`. */
  readonly path: string;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly NodeId[];
  readonly params: readonly ParamSpec[];
  /** Output shape of one example, inferred when the node was made. */
  readonly shape: Shape;
}

export type AnyNode = { [K in OpName]: Node<K> }[OpName];

/** A network as plain data. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly AnyNode[];
  readonly output: NodeId;
  /** Named intermediate results, e.g. the ends of stages. Every node's path can be tapped too. */
  readonly taps: Readonly<Record<string, NodeId>>;
}

/** The node `id`. */
export function nodeAt(graph: Graph, id: NodeId): AnyNode {
  const node = graph.nodes[id];
  if (node === undefined) {
    throw new GraphError(
      'no-such-node',
      '',
      `Graph ${graph.name} has ${graph.nodes.length} nodes, and none with id ${id}.`,
    );
  }
  return node;
}

/** The input node. */
export function inputOf(graph: Graph): Node<'input'> {
  for (const node of graph.nodes) if (node.op === 'input') return node;
  throw new GraphError('no-input', '', `Graph ${graph.name} has no input node; call builder.input(shape) first.`);
}

export const outputOf = (graph: Graph): AnyNode => nodeAt(graph, graph.output);

/** The node that a tap's name or a node's path stands for. */
export function tapOf(graph: Graph, name: string): AnyNode {
  const id = Object.hasOwn(graph.taps, name) ? graph.taps[name] : graph.nodes.findIndex((node) => node.path === name);
  const node = id === undefined ? undefined : graph.nodes[id];
  if (node !== undefined) return node;
  const known = Object.keys(graph.taps).join(', ') || 'none';
  throw new GraphError(
    'no-such-tap',
    '',
    `Graph ${graph.name} has no tap or node called "${name}". Its taps: ${known}.`,
  );
}

/** Every parameter in the order of the nodes, shared ones once. */
export function paramsOf(graph: Graph): readonly ParamSpec[] {
  const params = new Map<string, ParamSpec>();
  for (const node of graph.nodes) for (const param of node.params) params.set(param.path, param);
  return [...params.values()];
}

/** The node's parameter with that role, if it has one: BatchNorm may lack scale, a convolution its bias. */
export const paramOf = (node: Node, role: ParamRole): ParamSpec | undefined => node.params.find((p) => p.role === role);

/** Running statistics are state, not trained. */
export const isTrainable = (param: ParamSpec): boolean => param.role !== 'mean' && param.role !== 'variance';

/** Ids of the nodes that read each node. */
export function consumersOf(graph: Graph): readonly (readonly NodeId[])[] {
  const consumers: NodeId[][] = graph.nodes.map(() => []);
  for (const node of graph.nodes) for (const input of node.inputs) consumers[input]?.push(node.id);
  return consumers;
}

/** A depthwise convolution: one group a channel. */
export function isDepthwise(node: AnyNode, graph: Graph): node is Node<'conv2d'> {
  if (node.op !== 'conv2d' || node.attributes.groups === 1) return false;
  const input = nodeAt(graph, node.inputs[0] ?? -1);
  return node.attributes.groups === input.shape.at(-1);
}

/**
 * The `[h, w, c]` that a dense node's input was flattened from, if it was. torch flattens such a map channels first,
 * this project channels last, so the rows of that dense kernel come in another order (VGG, AlexNet).
 */
export function flattenedFrom(graph: Graph, dense: Node): Shape | undefined {
  let node = nodeAt(graph, dense.inputs[0] ?? -1);
  while (node.op === 'dropout' || node.op === 'activation') node = nodeAt(graph, node.inputs[0] ?? -1);
  if (node.op !== 'flatten') return undefined;
  const { shape } = nodeAt(graph, node.inputs[0] ?? -1);
  return shape.length === 3 ? shape : undefined;
}
