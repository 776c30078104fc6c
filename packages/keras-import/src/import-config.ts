import type { Graph, NodeId, Pair, Shape } from '@convzoo/layers';
import { statedShape, Walk } from './build.js';
import { isObject } from './config/json.js';
import { type LayerConfig, type ModelConfig, readModel } from './config/model.js';
import { Emitter } from './emitter.js';
import { KerasImportError } from './errors.js';
import type { ImportContext } from './layer.js';
import { LayerPaths } from './layer-paths.js';
import { type KerasTensor, tensor } from './tensor.js';
import type { Variable } from './variables.js';

export interface KerasImportOptions {
  /** Height and width of pictures: needed where the model leaves them open, and others than its own otherwise. */
  readonly size?: Pair | undefined;
  /** Of Keras, e.g. `2.15.0`; found out from the configuration's form where it is not given. */
  readonly kerasVersion?: string | undefined;
  /** Constants that Keras keeps among the weights: `LAYER/mean` and `LAYER/variance` of Normalization layers. */
  readonly constants?: ReadonlyMap<string, readonly number[]>;
}

/** A model of Keras as a graph. */
export interface KerasNetwork {
  readonly graph: Graph;
  /** What Keras's model does to the graph's output at its end: networks of this project end in logits. */
  readonly finalActivation: 'softmax' | 'none';
  /** Every parameter and where it is in the model's file, in Keras's order. */
  readonly variables: readonly Variable[];
  /** What was left out or assumed, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * The configuration of a Sequential or functional model, as `model.to_json()` or `modelTopology` has it, as a graph.
 * Parameters are called after Keras's layers (`block1_conv1.weight`, `backbone.conv1.weight` in a model that is a layer). A
 * softmax at the end is left out. Every layer can be tapped by its name; further outputs of the model are taps too.
 *
 * @throws KerasImportError `bad-config`, `unsupported-layer`, `too-large` or `input-size-needed`; the layer by its path
 */
export function importKerasConfig(config: unknown, options: KerasImportOptions = {}): KerasNetwork {
  // TensorFlow.js wraps what Keras wrote.
  const wrapped = isObject(config) ? config['model_config'] : undefined;
  const model = readModel(isObject(wrapped) ? wrapped : config);
  const emitter = new Emitter(model.name);
  const context: ImportContext = {
    version: versionOf(options.kerasVersion, config),
    emitter,
    constants: options.constants ?? new Map(),
    notes: new Set(),
    leftOut: [],
    paths: new LayerPaths(),
    variables: new Map(),
    results: new Map(),
  };
  let input: KerasTensor | undefined;
  const walk = new Walk(model, context, (layer) => {
    if (input !== undefined && layer.className === 'InputLayer') {
      throw new KerasImportError('unsupported-layer', layer.path, 'it is a second input, and a network here has one.');
    }
    const value = emitter.node(
      'input',
      layer.className === 'InputLayer' ? layer.name : 'input',
      { shape: shapeFor(layer, options.size) },
      [],
    );
    input = tensor(value);
    return input;
  });
  const [output, ...others] = walk.outputs();
  if (output === undefined) throw new KerasImportError('bad-config', '', 'The model has no output.');
  const graph = emitter.builder.graph(output.value);
  if (others.length > 0) {
    const names = model.outputs.slice(1).map(({ layer }) => layer);
    context.notes.add(`of ${names.length + 1} outputs the first is the network's; ${names.join(', ')} can be tapped`);
  }
  if (context.leftOut.length > 0) context.notes.add(leftOutNote(context.leftOut));
  const variables = inOrder(model, context.variables);
  checkDistinct(variables);
  return {
    graph: { ...graph, taps: tapsOf(graph, context.results) },
    finalActivation: output.logits === true ? 'softmax' : 'none',
    variables,
    notes: [...context.notes],
  };
}

/** Layers that a note names. */
const NAMED = 4;

function leftOutNote(layers: readonly string[]): string {
  const more = layers.length > NAMED ? ` and ${layers.length - NAMED} more` : '';
  return `left out, since they work in training only: ${layers.slice(0, NAMED).join(', ')}${more}`;
}

/** Channels of a picture where a model leaves them open too. */
const COLOURS = 3;

/** Keras 3 writes `batch_shape` and calls as objects; hard_sigmoid has another slope there. */
function versionOf(given: string | undefined, config: unknown): 2 | 3 {
  if (given !== undefined) return /^[01]\.|^2\.|^tfjs/.test(given) ? 2 : 3;
  const version = isObject(config) ? config['keras_version'] : undefined;
  if (typeof version === 'string') return versionOf(version, undefined);
  return /"batch_shape"|"__keras_tensor__"/.test(JSON.stringify(config)) ? 3 : 2;
}

function shapeFor(layer: LayerConfig, size: Pair | undefined): Shape {
  const stated = statedShape(layer);
  const [, , channels = -1] = stated ?? [];
  const isPicture = stated === undefined || stated.length === 3;
  if (size !== undefined && isPicture) return [...size, channels === -1 ? COLOURS : channels];
  if (stated !== undefined && !stated.includes(-1)) return stated;
  throw new KerasImportError(
    'input-size-needed',
    layer.path,
    `the model takes ${stated === undefined ? 'pictures of any size' : text(stated)}; say which height and width.`,
  );
}

const text = (shape: Shape): string => shape.map((extent) => (extent === -1 ? '?' : String(extent))).join('x');

/** A tap for every layer whose result is not that of the node of its name: a convolution with its activation. */
function tapsOf(graph: Graph, results: ReadonlyMap<string, NodeId>): Record<string, NodeId> {
  const ids = new Map(graph.nodes.map(({ path, id }) => [path, id]));
  return Object.fromEntries([...results].filter(([path, id]) => ids.get(path) !== id));
}

/** `sep.depthwise` may be a layer, and is a part of the SeparableConv2D `sep`. */
function checkDistinct(variables: readonly Variable[]): void {
  const seen = new Set<string>();
  for (const { path, layer } of variables) {
    if (seen.has(path)) {
      throw new KerasImportError(
        'bad-config',
        layer.join('/'),
        `another layer has a parameter ${path} too; rename one.`,
      );
    }
    seen.add(path);
  }
}

/** The variables in the order of the layers, which is that of Keras's own lists of weights. */
function inOrder(model: ModelConfig, declared: ReadonlyMap<LayerConfig, readonly Variable[]>): readonly Variable[] {
  return [...model.layers.values()].flatMap((layer) =>
    layer.model === undefined ? (declared.get(layer) ?? []) : inOrder(layer.model, declared),
  );
}
