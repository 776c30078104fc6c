import {
  type AnyNode,
  type Node,
  type Parameters,
  type ParamRole,
  paramOf,
  reverseAxes,
  type Shape,
  sizeOf,
} from '@convzoo/layers';
import { OnnxError } from '../errors.js';
import { type Attributes, type Initialiser, ints, type OnnxNode, type Tensor, tensor } from '../proto/model.js';
import type { Form, Value } from './value.js';
import { bytesOf, WeightRelease } from './weight-release.js';

/** How a parameter lies in ONNX: as it is here, or a kernel with its outputs first (OIHW, or `[out, in]`). */
export type KernelOrder = 'as-is' | 'output-first';

/** Path of the node that a result is of; the input's is its name. */
const pathOf = (result: string): string => result.replace(/\/[^/]*$/, '');

/** Collects the nodes and constants of an ONNX graph, with a name for each that no other has. */
export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initialisers: Initialiser[] = [];
  readonly #params: Parameters;
  readonly #names = new Set<string>();
  readonly #parameters = new Map<string, string>();
  readonly #converted = new Map<string, Value>();
  readonly #weights: WeightRelease;

  /** @param consume whether the arrays of `params` may be freed when they have been written for the last time */
  constructor(params: Parameters, consume = false) {
    this.#params = params;
    this.#weights = new WeightRelease(consume);
  }

  /** The name, or the next of `name_2`, `name_3` ... that is free. */
  unique(name: string): string {
    let free = name;
    for (let n = 2; this.#names.has(free); n++) free = `${name}_${n}`;
    this.#names.add(free);
    return free;
  }

  /** Adds an op and returns the name of its result, which is its own: the node's path and the op. */
  op(path: string, op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = this.unique(`${path}/${op}`);
    this.nodes.push({ name, op, inputs, outputs: [name], attributes });
    return name;
  }

  /** Numbers that are no parameter: a node of their own, so that the initialisers are the network's weights alone. */
  floats(path: string, data: Float32Array | readonly number[], dims: Shape): string {
    const values = Float32Array.from(data);
    return this.#constant(path, { type: 'float32', dims, byteLength: values.byteLength, raw: () => bytesOf(values) });
  }

  integers(path: string, data: readonly number[]): string {
    const values = BigInt64Array.from(data, BigInt);
    const { byteLength } = values;
    return this.#constant(path, { type: 'int64', dims: [data.length], byteLength, raw: () => bytesOf(values) });
  }

  #constant(path: string, value: Tensor): string {
    return this.op(path, 'Constant', [], { value: tensor(value) });
  }

  /** A parameter of one value a channel, as `[channels]` or in other `dims`; undefined where the node has none. */
  vector(node: AnyNode, role: ParamRole, dims?: Shape): string | undefined {
    const spec = paramOf(node as Node, role);
    if (spec === undefined) return undefined;
    const shape = dims ?? spec.shape;
    return this.#parameter(spec.path, shape.join('x'), shape, (data) => data);
  }

  /**
   * The kernel of a convolution or dense layer. With its outputs first, `[h, w, in, out]` becomes `[out, in, h, w]` in these
   * `dims`.
   */
  kernel(node: AnyNode, order: KernelOrder, [h = 1, w = 1, inputs = 1, outputs = 1]: Shape, dims: Shape): string {
    const spec = paramOf(node as Node, 'kernel');
    if (spec === undefined) throw new RangeError(`${node.path} has no kernel`);
    return this.#parameter(spec.path, `${order} ${dims.join('x')}`, dims, (data) =>
      order === 'as-is' ? data : reverseAxes(data, h * w, inputs, outputs),
    );
  }

  /** Nodes that share a parameter share the constant, if they need it in one form. */
  #parameter(path: string, form: string, dims: Shape, arrange: (data: Float32Array) => Float32Array): string {
    const key = `${form} ${path}`;
    const known = this.#parameters.get(key);
    if (known !== undefined) return known;
    const given = this.#params.get(path);
    if (given === undefined) {
      throw new OnnxError('missing-parameter', `Parameter ${path} has no value; bind the network's weights first.`);
    }
    const name = this.unique(path);
    this.initialisers.push({
      name,
      type: 'float32',
      dims,
      byteLength: 4 * sizeOf(dims),
      ...this.#weights.use(given, arrange),
    });
    this.#parameters.set(key, name);
    return name;
  }

  /** The value in another form; a conversion is made once. Vectors stay what they are. */
  as(value: Value, form: Form): Value {
    if (value.form === form || value.shape.length !== 3) return value;
    const key = `${form} ${value.name}`;
    const known = this.#converted.get(key);
    if (known !== undefined) return known;
    const perm = form === 'channels-first' ? [0, 3, 1, 2] : [0, 2, 3, 1];
    const converted: Value = {
      ...value,
      form,
      name: this.op(pathOf(value.name), 'Transpose', [value.name], { perm: ints(perm) }),
    };
    this.#converted.set(key, converted);
    return converted;
  }

  /** A second name for a result. */
  copy(name: string, from: string): void {
    this.nodes.push({
      name: this.unique(`${name}/Identity`),
      op: 'Identity',
      inputs: [from],
      outputs: [name],
      attributes: {},
    });
  }

  /** Renames a result everywhere. */
  rename(from: string, to: string): void {
    const renamed = (name: string): string => (name === from ? to : name);
    this.nodes.forEach((node, i) => {
      this.nodes[i] = { ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) };
    });
  }
}
