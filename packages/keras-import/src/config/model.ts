import { KerasImportError } from '../errors.js';
import { MAX_DEPTH, MAX_LAYERS, MAX_NAME_CHARACTERS } from '../limits.js';
import { type LayerCall, readCalls, readRef, type TensorRef } from './calls.js';
import { isObject, type JsonObject, own, show } from './json.js';

/** A layer of a model's configuration. */
export interface LayerConfig {
  readonly className: string;
  /** Where Keras has the class, e.g. `keras.layers` or `keras.src.ops.numpy`; empty in older files. */
  readonly module: string;
  readonly name: string;
  /** For errors: the names from the model down, `resnet/stage1/conv1`. */
  readonly path: string;
  /** The same as a list; names may have slashes. */
  readonly names: readonly string[];
  readonly config: JsonObject;
  readonly calls: readonly LayerCall[];
  /** The model that this layer is, if it is one. */
  readonly model: ModelConfig | undefined;
}

/** A Sequential or functional model. */
export interface ModelConfig {
  readonly name: string;
  readonly layers: ReadonlyMap<string, LayerConfig>;
  /** Empty in a Sequential whose input stands with its first layer. */
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly TensorRef[];
}

/** Reads what `model.to_json()` writes, `{class_name, config}`, of Keras 2, Keras 3 or TensorFlow.js. */
export function readModel(json: unknown): ModelConfig {
  const { class_name: className, config }: JsonObject = isObject(json) ? json : {};
  if (typeof className !== 'string' || layersOf(config) === undefined) {
    const what =
      typeof className === 'string' ? `a model of class ${show(className)} without a list of layers` : show(json);
    throw new KerasImportError(
      'bad-config',
      '',
      `This is no configuration of a Sequential or functional model, but ${what}. A subclassed model keeps its architecture in Python code; save it as a functional one.`,
    );
  }
  return modelOf(className, config, [], 0, { layers: 0 });
}

/** The layers of a model: Sequential models were once a bare list of them. */
function layersOf(config: unknown): readonly unknown[] | undefined {
  const layers = isObject(config) ? own(config, 'layers') : config;
  return Array.isArray(layers) ? layers : undefined;
}

function modelOf(
  className: string,
  config: unknown,
  names: readonly string[],
  depth: number,
  count: { layers: number },
): ModelConfig {
  const list = layersOf(config) ?? [];
  const path = names.join('/');
  count.layers += list.length;
  if (count.layers > MAX_LAYERS || depth > MAX_DEPTH) {
    throw new KerasImportError(
      'too-large',
      path,
      `The model has more than ${MAX_LAYERS} layers, or models more than ${MAX_DEPTH} deep within one another; it is broken or made to harm.`,
    );
  }
  const settings: JsonObject = isObject(config) ? config : {};
  const name = own(settings, 'name');
  const layers = new Map<string, LayerConfig>();
  for (const entry of list) {
    const layer = readLayer(entry, names, depth, count);
    if (layers.has(layer.name)) throw new KerasImportError('bad-config', layer.path, 'two layers have this name.');
    layers.set(layer.name, layer);
  }
  const model = { name: typeof name === 'string' ? name : 'model', layers };
  if (className === 'Sequential') return { ...model, ...chain(layers, path) };
  return {
    ...model,
    inputs: readRefs(own(settings, 'input_layers'), path),
    outputs: readRefs(own(settings, 'output_layers'), path),
  };
}

function readLayer(entry: unknown, parents: readonly string[], depth: number, count: { layers: number }): LayerConfig {
  const {
    class_name: className,
    config,
    module,
    name: outer,
    inbound_nodes: nodes,
  }: JsonObject = isObject(entry) ? entry : {};
  const inner: JsonObject = isObject(config) ? config : {};
  const name = own(inner, 'name') ?? outer;
  if (typeof className !== 'string' || typeof name !== 'string') {
    throw new KerasImportError('bad-config', parents.join('/'), `a layer without a class or a name: ${show(entry)}.`);
  }
  if (name.length > MAX_NAME_CHARACTERS) {
    throw new KerasImportError('too-large', parents.join('/'), `a layer's name has ${name.length} characters.`);
  }
  const names = [...parents, name];
  const path = names.join('/');
  const model =
    layersOf(own(inner, 'layers') === undefined ? undefined : inner) === undefined
      ? undefined
      : modelOf(className, config, names, depth + 1, count);
  return {
    className,
    module: typeof module === 'string' ? module : '',
    name,
    path,
    names,
    config: inner,
    calls: readCalls(nodes, path),
    model,
  };
}

/** In a Sequential every layer is called once, with what the one before it returns. */
function chain(layers: Map<string, LayerConfig>, path: string): Pick<ModelConfig, 'inputs' | 'outputs'> {
  let last: TensorRef | undefined;
  let input: TensorRef | undefined;
  for (const layer of layers.values()) {
    const args = last === undefined ? [] : [{ kind: 'tensor', ref: last } as const];
    layers.set(layer.name, { ...layer, calls: [{ args, named: new Map() }] });
    last = { layer: layer.name, node: 0, tensor: 0 };
    input ??= layer.className === 'InputLayer' ? last : undefined;
  }
  if (last === undefined) throw new KerasImportError('bad-config', path, 'a Sequential model without layers.');
  return { inputs: input === undefined ? [] : [input], outputs: [last] };
}

/** `[[name, 0, 0], ...]`, or one such without the outer list, as Keras 3 writes it; also in a dict by name. */
function readRefs(value: unknown, path: string): readonly TensorRef[] {
  if (isObject(value)) return Object.values(value).map((entry) => readRef(entry, path));
  if (!Array.isArray(value) || value.length === 0) {
    throw new KerasImportError('bad-config', path, `the model's list of inputs or outputs is ${show(value)}.`);
  }
  const entries = (Array.isArray(value[0]) ? value : [value]) as readonly unknown[];
  return entries.map((entry) => readRef(entry, path));
}
