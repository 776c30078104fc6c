import { GraphError, type Shape } from '@convzoo/layers';
import type { Argument, LayerCall, TensorRef } from './config/calls.js';
import { show } from './config/json.js';
import type { LayerConfig, ModelConfig } from './config/model.js';
import { Settings } from './config/settings.js';
import { KerasImportError } from './errors.js';
import { type ImportContext, Layer, type Operand } from './layer.js';
import { converterOf } from './layers/converters.js';
import { worksOnChannels } from './layers/permute.js';
import { MAX_CALLS } from './limits.js';
import type { KerasTensor } from './tensor.js';

/** Arguments by name that are operands all the same: `y` of `tf.math.add`, `x2` of Keras 3's. */
const OPERANDS = new Set(['x', 'y', 'x1', 'x2', 'a', 'b', 'inputs', 'values', 'tensor']);

/** How an input of the whole model becomes a tensor. */
export type InputOf = (layer: LayerConfig) => KerasTensor;

/** What all walks of an import have in common. */
interface Shared {
  calls: number;
  /** Found once for a model, however often it is called. */
  readonly firstNodes: Map<ModelConfig, ReadonlyMap<string, number>>;
}

/**
 * Calls every layer that the outputs need, each with what it is called with in the configuration. One walk for one call of
 * a model: an inner model that is called twice is walked twice, and its parameters are the same.
 */
export class Walk {
  readonly #model: ModelConfig;
  readonly #context: ImportContext;
  /** What the model is called with; undefined for the outermost. */
  readonly #given: readonly KerasTensor[] | undefined;
  readonly #inputOf: InputOf;
  readonly #shared: Shared;
  readonly #done = new Map<string, readonly KerasTensor[]>();
  readonly #firstNode: ReadonlyMap<string, number>;

  constructor(
    model: ModelConfig,
    context: ImportContext,
    inputOf: InputOf,
    given?: readonly KerasTensor[],
    shared: Shared = { calls: 0, firstNodes: new Map() },
  ) {
    this.#model = model;
    this.#context = context;
    this.#given = given;
    this.#inputOf = inputOf;
    this.#shared = shared;
    this.#firstNode = shared.firstNodes.get(model) ?? firstNodes(model);
    shared.firstNodes.set(model, this.#firstNode);
  }

  outputs(): readonly KerasTensor[] {
    return this.#model.outputs.map((ref) => this.#tensor(ref));
  }

  /** A result of a layer's call; what it needs is computed first, without recursion, as networks are deep. */
  #tensor(ref: TensorRef): KerasTensor {
    const open = new Set<string>();
    const stack = [ref];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const key = keyOf(top);
      if (this.#done.has(key)) {
        stack.pop();
        continue;
      }
      const { layer, call } = this.#callOf(top);
      const missing = refsOf(call).filter((needed) => !this.#done.has(keyOf(needed)));
      if (missing.length === 0) {
        this.#done.set(key, this.#run(layer, call));
        open.delete(key);
        stack.pop();
        continue;
      }
      open.add(key);
      // The first argument is on top, so that nodes come in the order in which they are read.
      for (const needed of missing.toReversed()) {
        if (open.has(keyOf(needed))) {
          throw new KerasImportError('bad-config', layer.path, `it needs ${needed.layer}, which needs it: a cycle.`);
        }
        stack.push(needed);
      }
    }
    const result = this.#done.get(keyOf(ref))?.[ref.tensor];
    if (result === undefined) {
      throw new KerasImportError('bad-config', ref.layer, `it has no result number ${ref.tensor}.`);
    }
    return result;
  }

  #callOf(ref: TensorRef): { readonly layer: LayerConfig; readonly call: LayerCall } {
    const layer = this.#model.layers.get(ref.layer);
    if (layer === undefined) {
      throw new KerasImportError(
        'bad-config',
        '',
        `${show(ref.layer)} is called for, but is no layer of ${this.#model.name}.`,
      );
    }
    if (layer.className === 'InputLayer') return { layer, call: { args: [], named: new Map() } };
    const call = layer.calls[ref.node - (this.#firstNode.get(ref.layer) ?? 0)];
    if (call === undefined) {
      throw new KerasImportError('bad-config', layer.path, `its call number ${ref.node} is not in the file.`);
    }
    return { layer, call };
  }

  #run(layer: LayerConfig, call: LayerCall): readonly KerasTensor[] {
    if (++this.#shared.calls > MAX_CALLS) {
      throw new KerasImportError('too-large', layer.path, `the model calls layers more than ${MAX_CALLS} times.`);
    }
    try {
      return layer.className === 'InputLayer' ? [this.#input(layer)] : this.#called(layer, call);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      throw new KerasImportError('bad-config', layer.path, `${layer.className}: ${error.message}`, { cause: error });
    }
  }

  #called(layer: LayerConfig, call: LayerCall): readonly KerasTensor[] {
    const operands: Operand[] = [];
    const named = new Map<string, unknown>();
    for (const arg of call.args) this.#collect(arg, layer, operands);
    for (const [name, arg] of call.named) {
      if (arg.kind !== 'constant' || (OPERANDS.has(name) && isNumeric(arg.value))) this.#collect(arg, layer, operands);
      else named.set(name, arg.value);
    }
    // The first layer of a Sequential without an input layer.
    if (operands.length === 0) operands.push(this.#input(layer));
    return this.#convert(layer, operands, named);
  }

  #convert(
    config: LayerConfig,
    operands: readonly Operand[],
    named: ReadonlyMap<string, unknown>,
  ): readonly KerasTensor[] {
    const { model } = config;
    const tensors = operands.filter((operand): operand is KerasTensor => !Array.isArray(operand));
    if (model !== undefined) {
      return new Walk(model, this.#context, this.#inputOf, tensors, this.#shared).outputs();
    }
    const layer = new Layer(config, new Settings(config.path, config.config), this.#context, operands, named);
    const convert = converterOf(config);
    if (tensors.some(({ channelsFirst }) => channelsFirst === true) && !worksOnChannels(config.className)) {
      layer.unsupported('its input has its channels at the front, by a Permute');
    }
    const result = convert(layer);
    const { results } = this.#context;
    if (!results.has(layer.path)) results.set(layer.path, result.value.id);
    if (tensors.some(({ logits }) => logits === true) && !keepsSoftmax(config.className)) {
      layer.unsupported('it comes after a softmax, which is understood only at the end of a network');
    }
    return [tensors.some(({ logits }) => logits === true) ? { ...result, logits: true } : result];
  }

  #input(layer: LayerConfig): KerasTensor {
    if (this.#given === undefined) return this.#inputOf(layer);
    const { inputs } = this.#model;
    const at = inputs.length === 0 ? 0 : inputs.findIndex((ref) => ref.layer === layer.name);
    const given = this.#given[at];
    if (given !== undefined) return given;
    throw new KerasImportError('bad-config', layer.path, 'this input of an inner model is given nothing.');
  }

  #collect(arg: Argument, layer: LayerConfig, operands: Operand[]): void {
    if (arg.kind === 'tensor') operands.push(this.#known(arg.ref));
    else if (arg.kind === 'list') for (const item of arg.items) this.#collect(item, layer, operands);
    else if (isNumeric(arg.value)) operands.push([arg.value].flat(8) as number[]);
    else if (arg.value !== null && typeof arg.value !== 'boolean') {
      throw new KerasImportError(
        'unsupported-layer',
        layer.path,
        `${layer.className} is called with ${show(arg.value)}.`,
      );
    }
  }

  #known(ref: TensorRef): KerasTensor {
    const result = this.#done.get(keyOf(ref))?.[ref.tensor];
    if (result !== undefined) return result;
    throw new KerasImportError('bad-config', ref.layer, `it has no result number ${ref.tensor}.`);
  }
}

const keyOf = ({ layer, node }: TensorRef): string => `${node} ${layer}`;

const isNumeric = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && value.flat(8).every((x) => typeof x === 'number' && Number.isFinite(x))
    : typeof value === 'number' && Number.isFinite(value);

/** Layers after a softmax that leave its numbers as they are. */
const keepsSoftmax = (className: string): boolean => ['Reshape', 'Flatten', 'Dropout', 'Identity'].includes(className);

function refsOf({ args, named }: LayerCall): readonly TensorRef[] {
  const refs: TensorRef[] = [];
  const visit = (arg: Argument): void => {
    if (arg.kind === 'tensor') refs.push(arg.ref);
    else if (arg.kind === 'list') arg.items.forEach(visit);
  };
  args.forEach(visit);
  named.forEach(visit);
  return refs;
}

/**
 * The number of each inner model's first call. Keras counts the making of a functional model as its call 0, so that calls
 * within another model begin at 1; files of other origin begin at 0.
 */
function firstNodes(model: ModelConfig): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  const refs = [...model.outputs, ...[...model.layers.values()].flatMap(({ calls }) => calls.flatMap(refsOf))];
  for (const { layer, node } of refs) {
    if (model.layers.get(layer)?.model !== undefined) first.set(layer, Math.min(first.get(layer) ?? node, node));
  }
  return first;
}

/** Shape of one example that an input states; -1 where it leaves an extent open. */
export function statedShape({ config, path }: LayerConfig): Shape | undefined {
  const given =
    config['batch_shape'] ?? config['batch_input_shape'] ?? withBatch(config['shape'] ?? config['input_shape']);
  if (!Array.isArray(given)) return undefined;
  return (given as readonly unknown[]).slice(1).map((extent) => {
    if (extent === null) return -1;
    if (typeof extent === 'number' && Number.isSafeInteger(extent) && extent > 0) return extent;
    throw new KerasImportError('bad-config', path, `its input has shape ${show(given)}.`);
  });
}

const withBatch = (shape: unknown): unknown =>
  Array.isArray(shape) ? [null, ...(shape as readonly unknown[])] : shape;
