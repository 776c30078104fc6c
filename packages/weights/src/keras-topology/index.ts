import { type AnyNode, type Graph, type Node, type NodeId, nodeAt } from '@convzoo/layers';
import { dialects, type SourceParam, sourceParams } from '../dialects/index.js';
import { WeightsError } from '../errors.js';
import { LayerList } from './layers.js';
import { type RuleContext, rules } from './rules.js';

/** What the architecture is said to be of: the last Keras whose configurations TensorFlow.js reads. */
const KERAS_VERSION = '2.15.0';

/**
 * A network as the `modelTopology` of a TensorFlow.js layers-model: a functional model of Keras 2, whose layers have the
 * names that `encodeWeights` gives their weights in the Keras dialect. With both, `tf.loadLayersModel` loads a model that
 * computes what the graph does: logits, since no network here ends in a softmax.
 *
 * Throws WeightsError `no-architecture` with the first node for which TensorFlow.js has no layer: grouped convolutions
 * (ResNeXt, RegNet), layer scales (ConvNeXt), pools whose padding it does not have, ops of one's own.
 */
export function kerasTopology(graph: Graph): object {
  const params = new Map(sourceParams(graph, dialects.keras).map((param) => [param.place.spec.path, param]));
  const list = new LayerList([...params.values()].map(({ module }) => module));
  const context = contextFor(graph, list, params);
  const outputs = new Map<NodeId, string>();
  for (const node of graph.nodes) {
    const depthwise = separableFrom(node, context);
    const inputs = (depthwise ?? node).inputs.map((id) => outputs.get(id) ?? '');
    if (depthwise !== undefined) outputs.set(node.id, separable(depthwise, node, inputs, context));
    else if (!isFirstHalf(node, context)) outputs.set(node.id, apply(node, inputs, context));
  }
  const ends = (name: string): readonly unknown[] => [[name, 0, 0]];
  const input = graph.nodes.find(({ op }) => op === 'input')?.id ?? -1;
  return {
    keras_version: KERAS_VERSION,
    backend: 'tensorflow',
    model_config: {
      class_name: 'Functional',
      config: {
        name: graph.name,
        trainable: true,
        layers: list.layers,
        input_layers: ends(outputs.get(input) ?? ''),
        output_layers: ends(outputs.get(graph.output) ?? ''),
      },
    },
  };
}

function contextFor(graph: Graph, list: LayerList, params: ReadonlyMap<string, SourceParam>): RuleContext {
  const seen = new Set<string>();
  const first = (node: Node): SourceParam | undefined => params.get(node.params[0]?.path ?? '');
  const refuse = (node: Node, why: string): never => {
    throw new WeightsError(
      'no-architecture',
      `${node.path} (${node.op}) of ${graph.name} cannot be written as a layer: ${why}.`,
    );
  };
  for (const node of graph.nodes) {
    if (node.params.some(({ path }) => seen.has(path))) refuse(node, 'it shares its weights with another layer');
    for (const { path } of node.params) seen.add(path);
  }
  return {
    graph,
    list,
    refuse,
    name: (node) => first(node)?.module ?? node.path,
    kernel: (node) => first(node)?.layout.shape ?? [],
  };
}

/** The rules are total over the ops, which TypeScript cannot follow through a lookup by a union. */
function apply(node: AnyNode, inputs: readonly string[], context: RuleContext): string {
  const rule = rules[node.op] as (node: AnyNode, inputs: readonly string[], context: RuleContext) => string;
  return rule(node, inputs, context);
}

type Conv = Node<'conv2d'>;

/** The depthwise convolution with which this one is a single layer in Keras (Xception): both have its name. */
function separableFrom(node: AnyNode, { graph, name }: RuleContext): Conv | undefined {
  const before = nodeAt(graph, node.inputs[0] ?? node.id);
  const one = node.op === 'conv2d' && before.op === 'conv2d' && before.id !== node.id && name(before) === name(node);
  return one ? before : undefined;
}

const isFirstHalf = (node: AnyNode, context: RuleContext): boolean =>
  context.graph.nodes.some((other) => other.inputs[0] === node.id && separableFrom(other, context) !== undefined);

function separable(depthwise: Conv, node: AnyNode, inputs: readonly string[], context: RuleContext): string {
  // As a depthwise convolution alone it gets its padding; then it becomes the layer that does both.
  rules.conv2d(depthwise, inputs, context);
  const { layers } = context.list;
  const made = layers.pop();
  if (made === undefined) return context.refuse(node, 'its depthwise half made no layer');
  const own = { filters: node.shape[2], use_bias: node.params.some(({ role }) => role === 'bias') };
  layers.push({ ...made, class_name: 'SeparableConv2D', config: { ...made.config, ...own } });
  return made.name;
}
