import type { NodeId, OpAttributes, OpName, ParamRole, ParamSpec, Shape, Value } from '@convzoo/layers';
import type { LayerConfig } from './config/model.js';
import type { Settings } from './config/settings.js';
import type { Emitter } from './emitter.js';
import { KerasImportError } from './errors.js';
import type { LayerPaths } from './layer-paths.js';
import { type KerasTensor, sameChannels, tensor } from './tensor.js';
import type { Variable } from './variables.js';

/** A number, or a list of them, that a layer is called with. */
export type Operand = KerasTensor | readonly number[];

export const isTensor = (operand: Operand): operand is KerasTensor => !Array.isArray(operand);

/** What is known of the model beside its layers. */
export interface ImportContext {
  /** Of Keras: 2 and 3 disagree on `hard_sigmoid`. */
  readonly version: 2 | 3;
  readonly emitter: Emitter;
  /** Constants that Keras keeps among the weights: mean and variance of a Normalization layer, by its path. */
  readonly constants: ReadonlyMap<string, readonly number[]>;
  /** What was assumed, in words. */
  readonly notes: Set<string>;
  /** Layers that do something in training, and are left out. */
  readonly leftOut: string[];
  readonly paths: LayerPaths;
  /** Parameters by layer, as Keras orders them. */
  readonly variables: Map<LayerConfig, Variable[]>;
  /** The node that computes what a layer returns when it is first called, by the layer's path. */
  readonly results: Map<string, NodeId>;
}

/** A layer being called: what converters see. */
export class Layer {
  readonly config: LayerConfig;
  readonly settings: Settings;
  readonly context: ImportContext;
  /** Tensors and constants in their order, lists of them flattened. */
  readonly operands: readonly Operand[];
  /** Arguments by name that are constants. */
  readonly named: ReadonlyMap<string, unknown>;
  /** Path of its nodes and parameters in the graph. */
  readonly path: string;

  constructor(
    config: LayerConfig,
    settings: Settings,
    context: ImportContext,
    operands: readonly Operand[],
    named: ReadonlyMap<string, unknown>,
  ) {
    this.config = config;
    this.settings = settings;
    this.context = context;
    this.operands = operands;
    this.named = named;
    this.path = context.paths.of(config);
  }

  /** Its only input. */
  get input(): KerasTensor {
    const [first, second] = this.operands;
    if (first === undefined || second !== undefined || !isTensor(first)) {
      throw new KerasImportError(
        'bad-config',
        this.config.path,
        `a ${this.config.className} has one input, and this has ${this.operands.length}.`,
      );
    }
    return first;
  }

  /** A node of the layer; `part` where it is one of several. */
  node<K extends OpName>(
    op: K,
    attributes: OpAttributes[K],
    inputs: readonly Value[],
    { part, params = [] }: { readonly part?: string; readonly params?: readonly ParamSpec[] } = {},
  ): Value {
    const path = part === undefined ? this.path : `${this.path}.${part}`;
    return this.context.emitter.node(op, path, attributes, inputs, params);
  }

  /** Declares a parameter, `leaves` being its name in Keras, and notes where its numbers are. */
  param(
    role: ParamRole,
    name: string,
    shape: Shape,
    leaves: readonly [string, ...string[]],
    { part, kerasShape = shape }: { readonly part?: string; readonly kerasShape?: Shape } = {},
  ): ParamSpec {
    const path = [this.path, ...(part === undefined ? [] : [part]), name].join('.');
    const { variables } = this.context;
    const declared = variables.get(this.config) ?? [];
    variables.set(this.config, declared);
    if (!declared.some((variable) => variable.path === path)) {
      const layer = this.config.names;
      const trainable = role !== 'mean' && role !== 'variance';
      declared.push({ path, layer, leaves, shape: kerasShape, paramShape: shape, trainable });
    }
    return { path, role, shape };
  }

  /** The input as a map `[height, width, channels]` that a window can slide over. */
  map(x: KerasTensor): Value {
    if (x.shape.length === 3 && sameShapeOf(x)) return x.value;
    if (x.shape.length !== 3) {
      return this.unsupported(`it needs a map of height, width and channels, and gets ${x.shape.join('x')}`);
    }
    return this.unsupported(
      `its input of ${x.shape.join('x')} was reshaped from ${x.value.shape.join('x')}, which layers that work on maps cannot follow here`,
    );
  }

  /** The input as a vector. */
  vector(x: KerasTensor): Value {
    if (x.value.shape.length === 1) return x.value;
    return this.node('flatten', {}, [x.value], { part: 'flatten' });
  }

  /** The input for a layer that works channel by channel. */
  channelwise(x: KerasTensor): Value {
    if (sameChannels(x)) return x.value;
    if (x.shape.length === 1) return this.vector(x);
    return this.map(x);
  }

  /** The same numbers in the same places as `x`, computed by another node. */
  like(x: KerasTensor, value: Value): KerasTensor {
    return tensor(value, x.shape);
  }

  note(text: string): void {
    this.context.notes.add(text);
  }

  unsupported(why: string): never {
    throw new KerasImportError(
      'unsupported-layer',
      this.config.path,
      `${this.config.className} cannot be imported as it is set: ${why}.`,
    );
  }
}

const sameShapeOf = ({ value, shape }: KerasTensor): boolean =>
  value.shape.length === shape.length && value.shape.every((extent, axis) => extent === shape[axis]);

/** Turns one call of a layer into nodes. */
export type Converter = (layer: Layer) => KerasTensor;
