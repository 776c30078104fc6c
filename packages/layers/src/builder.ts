import type { ActivationFunction, DropoutUnit, OpAttributes, OpName, Pair } from './attributes.js';
import type { CustomOp, JsonObject } from './custom-op.js';
import { GraphError, OpViolation } from './errors.js';
import type { AnyNode, Graph, Node, NodeId, ParamSpec } from './graph.js';
import { inferShape } from './ops/index.js';
import { type ExplicitPadding, type PaddingLike, toPadding } from './padding.js';
import { channelsOf, type Shape, sizeOf } from './shape.js';

/** The result of a node, to be passed to the next one. */
export interface Value {
  readonly id: NodeId;
  readonly shape: Shape;
}

export type PairLike = number | Pair;
const pair = (value: PairLike): Pair => (typeof value === 'number' ? [value, value] : value);

export interface Named {
  /** Last part of the node's path; by default the op's name, numbered where it repeats in a scope. */
  readonly name?: string;
}

export interface Conv2dOptions extends Named {
  /** Output channels. */
  readonly out: number;
  readonly kernel: PairLike;
  readonly stride?: PairLike;
  /** By default half the kernel on each side, which keeps the extent at stride 1 (torch's `kernel // 2`). */
  readonly padding?: PaddingLike;
  readonly dilation?: PairLike;
  readonly groups?: number;
  /** Off by default: a normalisation follows in most families. */
  readonly bias?: boolean;
}

export interface PoolOptions extends Named {
  readonly size: PairLike;
  /** By default the window's size. */
  readonly stride?: PairLike;
  readonly padding?: PaddingLike;
  readonly ceilMode?: boolean;
}

export interface BatchNormOptions extends Named {
  readonly eps?: number;
  readonly momentum?: number;
  /** `false` has no scale, only a shift (Keras's Inception v3): a convolution and a ReLU around it make it redundant. */
  readonly scale?: boolean;
}

export interface CustomOptions extends Named {
  readonly values?: JsonObject;
  /** Parameters without their scope: `path` becomes `scope.name.path`. */
  readonly params?: readonly ParamSpec[];
}

/** What a node is made of, before it has an id, a full path and a shape. */
export interface NodeParts<K extends OpName> {
  readonly path: string;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly Value[];
  readonly params: readonly ParamSpec[];
}

/**
 * Builds a {@link Graph} node by node. It holds names and shapes only and never touches a tensor, so ResNet-152 takes
 * milliseconds. Every method validates at once; errors name the node's path.
 *
 * ```ts
 * const nn = new Builder('tiny');
 * const x = nn.conv2d(nn.input([32, 32, 3]), { name: 'conv1', out: 16, kernel: 3, bias: true });
 * const graph = nn.graph(nn.dense(nn.globalAvgPool(nn.activation(x, 'relu')), { name: 'fc', units: 10 }));
 * ```
 */
export class Builder {
  readonly #name: string;
  readonly #nodes: AnyNode[] = [];
  readonly #paths = new Set<string>();
  readonly #taps = new Map<string, NodeId>();
  readonly #scopes: string[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Everything built inside `build` has `name` in its path: `layer1`, then `0`, then `conv1`. */
  scope<T>(name: string | number, build: () => T): T {
    this.#scopes.push(String(name));
    try {
      return build();
    } finally {
      this.#scopes.pop();
    }
  }

  /** Names a result, so that it can be asked for beside the output. `name` is within the current scope. */
  tap(name: string, value: Value): Value {
    this.#taps.set(this.#join(name), value.id);
    return value;
  }

  /** As {@link scope}, and the result is tapped under the scope's own path: for stages and for torch modules. */
  module(name: string | number, build: () => Value): Value {
    return this.tap(String(name), this.scope(name, build));
  }

  /** `shape` of one example: `[height, width, channels]`. */
  input(shape: Shape, name = 'input'): Value {
    return this.#emit('input', name, { shape }, []);
  }

  conv2d(x: Value, options: Conv2dOptions): Value {
    const { out, stride = 1, dilation = 1, groups = 1, name } = options;
    const [kh, kw] = pair(options.kernel);
    const { padding = [kh >> 1, kw >> 1, kh >> 1, kw >> 1] } = options;
    const kernel: Shape = [kh, kw, channelsOf(x.shape) / groups, out];
    const path = this.#parameterPath(name, 'conv2d');
    if (!Number.isInteger(kernel[2])) {
      throw new GraphError(
        'bad-shape',
        path,
        `${channelsOf(x.shape)} input channels do not divide into ${groups} groups; use a group count that divides them.`,
      );
    }
    const params: ParamSpec[] = [{ path: `${path}.weight`, role: 'kernel', shape: kernel }];
    if (options.bias === true) params.push({ path: `${path}.bias`, role: 'bias', shape: [out] });
    const attributes = {
      strides: pair(stride),
      padding: toPadding(padding),
      dilations: pair(dilation),
      groups,
      activation: 'linear',
    } as const;
    return this.node('conv2d', { path, attributes, inputs: [x], params });
  }

  /** A convolution of every channel on its own; `multiplier` outputs a channel. */
  depthwiseConv2d(x: Value, options: Omit<Conv2dOptions, 'out' | 'groups'> & { readonly multiplier?: number }): Value {
    const { multiplier = 1, ...rest } = options;
    const channels = channelsOf(x.shape);
    return this.conv2d(x, { ...rest, out: channels * multiplier, groups: channels });
  }

  /** With `pointwise` it works on the channels of every pixel; otherwise `x` must be a vector. */
  dense(
    x: Value,
    options: Named & { readonly units: number; readonly bias?: boolean; readonly pointwise?: boolean },
  ): Value {
    const { units, bias = true, pointwise = false, name } = options;
    const path = this.#parameterPath(name, 'dense');
    const params: ParamSpec[] = [
      { path: `${path}.weight`, role: 'kernel', shape: [pointwise ? channelsOf(x.shape) : sizeOf(x.shape), units] },
    ];
    if (bias) params.push({ path: `${path}.bias`, role: 'bias', shape: [units] });
    return this.node('dense', { path, attributes: { activation: 'linear' }, inputs: [x], params });
  }

  batchNorm(x: Value, options: BatchNormOptions = {}): Value {
    const { eps = 1e-5, momentum = 0.1, scale = true, name } = options;
    const path = this.#parameterPath(name, 'batchNorm');
    const shape = [channelsOf(x.shape)];
    const params: ParamSpec[] = scale ? [{ path: `${path}.weight`, role: 'scale', shape }] : [];
    params.push(
      { path: `${path}.bias`, role: 'shift', shape },
      { path: `${path}.running_mean`, role: 'mean', shape },
      { path: `${path}.running_var`, role: 'variance', shape },
    );
    return this.node('batchNorm', { path, attributes: { eps, momentum }, inputs: [x], params });
  }

  activation(x: Value, fn: ActivationFunction, { name = fn }: { readonly name?: string } = {}): Value {
    return this.#emit('activation', name, { function: fn }, [x]);
  }

  leakyRelu(x: Value, options: Named & { readonly slope: number }): Value {
    return this.#emit('leakyRelu', options.name ?? 'leakyRelu', { slope: options.slope }, [x]);
  }

  /** `x` times `y`, which has the same shape or one value a channel. */
  multiply(x: Value, y: Value, { name = 'multiply' }: Named = {}): Value {
    return this.#emit('multiply', name, {}, [x, y]);
  }

  concat(inputs: readonly Value[], { name = 'concat' }: Named = {}): Value {
    return this.#emit('concat', name, {}, inputs);
  }

  layerNorm(x: Value, options: Named & { readonly eps?: number } = {}): Value {
    const { eps = 1e-5, name } = options;
    const path = this.#parameterPath(name, 'layerNorm');
    const shape = [channelsOf(x.shape)];
    const params: ParamSpec[] = [
      { path: `${path}.weight`, role: 'scale', shape },
      { path: `${path}.bias`, role: 'shift', shape },
    ];
    return this.node('layerNorm', { path, attributes: { eps }, inputs: [x], params });
  }

  /** The factor is called `parameter` in the current scope, as checkpoints have it (`layer_scale`, `gamma`). */
  layerScale(x: Value, options: { readonly parameter: string }): Value {
    const path = this.#join(options.parameter);
    const params: ParamSpec[] = [{ path, role: 'scale', shape: [channelsOf(x.shape)] }];
    return this.node('layerScale', { path, attributes: {}, inputs: [x], params });
  }

  rescale(x: Value, options: Named & { readonly scale: readonly number[]; readonly offset: readonly number[] }): Value {
    const { scale, offset, name = 'rescale' } = options;
    return this.#emit('rescale', name, { scale, offset }, [x]);
  }

  sliceChannels(x: Value, options: Named & { readonly start: number; readonly size: number }): Value {
    const { start, size, name = 'sliceChannels' } = options;
    return this.#emit('sliceChannels', name, { start, size }, [x]);
  }

  channelShuffle(x: Value, options: Named & { readonly groups: number }): Value {
    return this.#emit('channelShuffle', options.name ?? 'channelShuffle', { groups: options.groups }, [x]);
  }

  /** The residual connection: `F(x) + x`. */
  add(x: Value, y: Value, { name = 'add' }: Named = {}): Value {
    return this.#emit('add', name, { activation: 'linear' }, [x, y]);
  }

  maxPool(x: Value, options: PoolOptions): Value {
    return this.#emit('maxPool', options.name ?? 'maxPool', poolAttributes(options), [x]);
  }

  /** `countIncludePad` is true by default, as in torch; with `same` padding TensorFlow's meaning is false. */
  avgPool(x: Value, options: PoolOptions & { readonly countIncludePad?: boolean }): Value {
    const { countIncludePad = options.padding !== 'same' } = options;
    return this.#emit('avgPool', options.name ?? 'avgPool', { ...poolAttributes(options), countIncludePad }, [x]);
  }

  globalAvgPool(x: Value, { name = 'globalAvgPool' }: Named = {}): Value {
    return this.#emit('globalAvgPool', name, {}, [x]);
  }

  adaptiveAvgPool(x: Value, options: Named & { readonly size: PairLike }): Value {
    return this.#emit('adaptiveAvgPool', options.name ?? 'adaptiveAvgPool', { size: pair(options.size) }, [x]);
  }

  zeroPad(
    x: Value,
    options: Named & {
      readonly spatial?: ExplicitPadding;
      readonly channels?: readonly [before: number, after: number];
    },
  ): Value {
    const { spatial = [0, 0, 0, 0], channels = [0, 0], name = 'zeroPad' } = options;
    return this.#emit('zeroPad', name, { spatial, channels }, [x]);
  }

  flatten(x: Value, { name = 'flatten' }: Named = {}): Value {
    return this.#emit('flatten', name, {}, [x]);
  }

  dropout(x: Value, options: Named & { readonly rate: number; readonly per?: DropoutUnit }): Value {
    const { rate, per = 'value', name = 'dropout' } = options;
    return this.#emit('dropout', name, { rate, per }, [x]);
  }

  /** An op that `defineOp` made. */
  custom(definition: CustomOp, inputs: readonly Value[], options: CustomOptions = {}): Value {
    const path = options.name === undefined ? this.#freePath(definition.name) : this.#join(options.name);
    const params = (options.params ?? []).map((param) => ({ ...param, path: `${path}.${param.path}` }));
    return this.node('custom', { path, attributes: { definition, values: options.values ?? {} }, inputs, params });
  }

  /**
   * Adds a node of any kind with its full path. Families use the methods above; passes and importers, which already have
   * paths and parameters, use this one.
   */
  node<K extends OpName>(op: K, { path, attributes, inputs, params }: NodeParts<K>): Value {
    if (this.#paths.has(path)) {
      throw new GraphError(
        'duplicate-path',
        path,
        `${op}: a node of this path exists already; give this one another name.`,
      );
    }
    for (const { id, shape } of inputs) {
      if (this.#nodes[id]?.shape !== shape) {
        throw new GraphError('foreign-value', path, `${op}: an input comes from another builder; build both in one.`);
      }
    }
    const id = this.#nodes.length;
    const shape = this.#infer(op, path, attributes, inputs, params);
    const node: Node<K> = { id, op, path, attributes, inputs: inputs.map((value) => value.id), params, shape };
    // Node<K> for a K that is one OpName is a member of the union; TypeScript cannot see that for a generic K.
    this.#nodes.push(node as unknown as AnyNode);
    this.#paths.add(path);
    return { id, shape };
  }

  /** The finished graph. */
  graph(output: Value): Graph {
    return { name: this.#name, nodes: [...this.#nodes], output: output.id, taps: Object.fromEntries(this.#taps) };
  }

  #infer<K extends OpName>(
    op: K,
    path: string,
    attributes: OpAttributes[K],
    inputs: readonly Value[],
    params: readonly ParamSpec[],
  ): Shape {
    const shapes = inputs.map((value) => value.shape);
    try {
      return inferShape(op, shapes, attributes, params);
    } catch (error) {
      if (!(error instanceof OpViolation)) throw error;
      throw new GraphError('bad-shape', path, `${op}: ${error.message}.`, { cause: error });
    }
  }

  #emit<K extends OpName>(op: K, name: string, attributes: OpAttributes[K], inputs: readonly Value[]): Value {
    return this.node(op, { path: this.#freePath(name), attributes, inputs, params: [] });
  }

  #join(name: string): string {
    return [...this.#scopes, name].join('.');
  }

  /** Path of a node with parameters: a name that was given stands as it is, since checkpoints spell it. */
  #parameterPath(name: string | undefined, op: OpName): string {
    return name === undefined ? this.#freePath(op) : this.#join(name);
  }

  /** The path for a name in the current scope, numbered (`relu`, `relu_1`) where it is taken. */
  #freePath(name: string): string {
    const path = this.#join(name);
    let free = path;
    for (let i = 1; this.#paths.has(free); i++) free = `${path}_${i}`;
    return free;
  }
}

function poolAttributes(options: PoolOptions): OpAttributes['maxPool'] {
  const { size, stride = size, padding = 0, ceilMode = false } = options;
  return { size: pair(size), strides: pair(stride), padding: toPadding(padding), ceilMode };
}
