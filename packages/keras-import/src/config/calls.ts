import { KerasImportError } from '../errors.js';
import { MAX_LIST_DEPTH } from '../limits.js';
import { isObject, type JsonObject, own, show } from './json.js';
import { plain } from './settings.js';

/** One result of one call of a layer. */
export interface TensorRef {
  readonly layer: string;
  /** Which call of the layer, counted as Keras does. */
  readonly node: number;
  /** Which of its results. */
  readonly tensor: number;
}

/** What a layer is called with: results of others, constants, lists of them. */
export type Argument =
  | { readonly kind: 'tensor'; readonly ref: TensorRef }
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly Argument[] };

/** One call of a layer. */
export interface LayerCall {
  readonly args: readonly Argument[];
  /** Arguments by name, e.g. `y` of an addition, `training`. */
  readonly named: ReadonlyMap<string, Argument>;
}

/** The calls of a layer, out of `inbound_nodes` as Keras 2 (lists) or Keras 3 (objects) writes them. */
export function readCalls(nodes: unknown, layer: string): readonly LayerCall[] {
  if (nodes === undefined || nodes === null) return [];
  if (!Array.isArray(nodes)) throw bad(layer, nodes);
  return (nodes as readonly unknown[]).map((node) =>
    isObject(node) ? readKeras3Call(node, layer) : readKeras2Call(node, layer),
  );
}

function readKeras3Call(node: JsonObject, layer: string): LayerCall {
  const args = own(node, 'args');
  if (!Array.isArray(args)) throw bad(layer, node);
  return { args: args.map((arg) => readArgument(arg, layer, 0)), named: readNamed(own(node, 'kwargs'), layer) };
}

function readArgument(value: unknown, layer: string, depth: number): Argument {
  if (depth > MAX_LIST_DEPTH) throw bad(layer, value);
  if (Array.isArray(value)) {
    const items = value.map((item) => readArgument(item, layer, depth + 1));
    return items.every((item) => item.kind === 'constant') ? { kind: 'constant', value } : { kind: 'list', items };
  }
  if (isObject(value) && value['class_name'] === '__keras_tensor__') {
    const history = isObject(value['config']) ? own(value['config'], 'keras_history') : undefined;
    return { kind: 'tensor', ref: readRef(history, layer) };
  }
  return { kind: 'constant', value: plain(value) };
}

/** `[[name, node, tensor, kwargs], ...]`, or one such tensor without the outer list, which ops of TensorFlow have. */
function readKeras2Call(node: unknown, layer: string): LayerCall {
  if (!Array.isArray(node)) throw bad(layer, node);
  const entries = (Array.isArray(node[0]) ? node : [node]) as readonly unknown[];
  const named = new Map<string, Argument>();
  const args = entries.map((entry) => {
    if (!Array.isArray(entry)) throw bad(layer, entry);
    for (const [name, argument] of readNamed(entry[3], layer)) named.set(name, argument);
    // A constant in first place, as in `1 - x`.
    if (entry[0] === '_CONSTANT_VALUE') return { kind: 'constant', value: plain(entry[2]) } as const;
    return { kind: 'tensor', ref: readRef(entry, layer) } as const;
  });
  return { args, named };
}

function readNamed(value: unknown, layer: string): ReadonlyMap<string, Argument> {
  const named = new Map<string, Argument>();
  for (const [name, given] of Object.entries(isObject(value) ? value : {})) {
    if (given === null) continue;
    named.set(name, isRef(given) ? { kind: 'tensor', ref: readRef(given, layer) } : readArgument(given, layer, 0));
  }
  return named;
}

const isRef = (value: unknown): boolean =>
  Array.isArray(value) && value.length >= 3 && typeof value[0] === 'string' && Number.isInteger(value[1]);

/** `[layer, node, tensor]`; Keras 1 left zeros out. */
export function readRef(value: unknown, layer: string): TensorRef {
  if (!Array.isArray(value)) throw bad(layer, value);
  const [name, node = 0, tensor = 0] = value as readonly unknown[];
  const isIndex = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (typeof name !== 'string' || !isIndex(node) || !isIndex(tensor)) throw bad(layer, value);
  return { layer: name, node, tensor };
}

const bad = (layer: string, value: unknown): KerasImportError =>
  new KerasImportError('bad-config', layer, `what it is called with cannot be read: ${show(value)}.`);
