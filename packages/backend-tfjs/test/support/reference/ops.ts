import {
  type AnyNode,
  type FusedActivation,
  type Graph,
  type Node,
  type OpName,
  type ParamRole,
  paramOf,
  sizeOf,
} from '@convzoo/layers';
import type { Ref } from '../arrays.js';
import { customReferences } from '../custom-ops.js';
import { eachProduct, eachShare, poolWindows } from './enumerate.js';

/** What a definition may look at. */
export interface ReferenceContext<K extends OpName> {
  readonly node: Node<K>;
  readonly inputs: readonly Ref[];
  param(role: ParamRole): Ref | undefined;
  /** All parameters in the node's order, for custom ops. */
  readonly params: readonly Ref[];
}

type Reference<K extends OpName> = (context: ReferenceContext<K>) => Ref;

/** The error function by its series (Abramowitz and Stegun, 7.1.6), whose terms all have one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const hardSigmoid = (v: number): number => Math.min(Math.max(v + 3, 0), 6) / 6;

export const activations: { readonly [F in FusedActivation]: (v: number) => number } = {
  linear: (v) => v,
  relu: (v) => Math.max(v, 0),
  relu6: (v) => Math.min(Math.max(v, 0), 6),
  sigmoid,
  tanh: Math.tanh,
  hardSigmoid,
  swish: (v) => v * sigmoid(v),
  hardSwish: (v) => v * hardSigmoid(v),
  gelu: (v) => (v * (1 + erf(v / Math.SQRT2))) / 2,
};

const map = ({ shape, data }: Ref, f: (v: number, i: number) => number): Ref => ({ shape, data: data.map(f) });

export function zeros(shape: readonly number[]): Ref {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

/** Zeros of the node's shape for the same batch. */
const result = ({ node, inputs }: ReferenceContext<OpName>): Ref => zeros([inputs[0]!.shape[0]!, ...node.shape]);

function mean(context: ReferenceContext<'avgPool' | 'adaptiveAvgPool' | 'globalAvgPool'>): Ref {
  const y = result(context);
  const x = context.inputs[0]!;
  eachShare(context.node as Node<'avgPool'>, x.shape, (output, input, share) => {
    y.data[output]! += x.data[input]! * share;
  });
  return y;
}

/** Every op as its definition reads, in float64. */
const references: { readonly [K in OpName]: Reference<K> } = {
  input: ({ inputs }) => inputs[0]!,
  conv2d(context) {
    const { node, inputs, param } = context;
    const [x, kernel, bias] = [inputs[0]!, param('kernel')!, param('bias')];
    const y = result(context);
    eachProduct(node, x.shape, (output, input, tap) => {
      y.data[output]! += x.data[input]! * kernel.data[tap]!;
    });
    const out = node.shape.at(-1)!;
    return map(y, (v, i) => activations[node.attributes.activation](v + (bias?.data[i % out] ?? 0)));
  },
  dense(context) {
    const { node, inputs, param } = context;
    const [x, kernel] = [inputs[0]!, param('kernel')!];
    const [features = 1, units = 1] = kernel.shape;
    return map(result(context), (_, i) => {
      const [n, u] = [Math.floor(i / units), i % units];
      let sum = param('bias')?.data[u] ?? 0;
      for (let f = 0; f < features; f++) sum += x.data[n * features + f]! * kernel.data[f * units + u]!;
      return activations[node.attributes.activation](sum);
    });
  },
  batchNorm({ node, inputs, param }) {
    const channels = node.shape.at(-1)!;
    return map(inputs[0]!, (v, i) => {
      const c = i % channels;
      const deviation = Math.sqrt(param('variance')!.data[c]! + node.attributes.eps);
      const normal = (v - param('mean')!.data[c]!) / deviation;
      return normal * (param('scale')?.data[c] ?? 1) + (param('shift')?.data[c] ?? 0);
    });
  },
  activation: ({ node, inputs }) => map(inputs[0]!, activations[node.attributes.function]),
  add: ({ node, inputs }) =>
    map(inputs[0]!, (v, i) => activations[node.attributes.activation](v + inputs[1]!.data[i]!)),
  leakyRelu: ({ node, inputs }) => map(inputs[0]!, (v) => (v > 0 ? v : v * node.attributes.slope)),
  multiply({ inputs: [x, y] }) {
    if (x!.data.length === y!.data.length) return map(x!, (v, i) => v * y!.data[i]!);
    const channels = x!.shape.at(-1)!;
    const perExample = x!.data.length / x!.shape[0]!;
    return map(x!, (v, i) => v * y!.data[Math.floor(i / perExample) * channels + (i % channels)]!);
  },
  concat(context) {
    const y = result(context);
    const out = y.shape.at(-1)!;
    let offset = 0;
    for (const { shape, data } of context.inputs) {
      const channels = shape.at(-1)!;
      for (let i = 0; i < data.length; i++) {
        y.data[Math.floor(i / channels) * out + offset + (i % channels)] = data[i]!;
      }
      offset += channels;
    }
    return y;
  },
  layerNorm({ node, inputs, param }) {
    const channels = node.shape.at(-1)!;
    const x = inputs[0]!;
    const y = zeros(x.shape);
    for (let start = 0; start < x.data.length; start += channels) {
      const pixel = x.data.subarray(start, start + channels);
      const mean = pixel.reduce((sum, v) => sum + v, 0) / channels;
      const variance = pixel.reduce((sum, v) => sum + (v - mean) ** 2, 0) / channels;
      pixel.forEach((v, c) => {
        const normal = (v - mean) / Math.sqrt(variance + node.attributes.eps);
        y.data[start + c] = normal * (param('scale')?.data[c] ?? 1) + (param('shift')?.data[c] ?? 0);
      });
    }
    return y;
  },
  layerScale: ({ inputs, param }) =>
    map(inputs[0]!, (v, i) => v * param('scale')!.data[i % param('scale')!.data.length]!),
  rescale({ node, inputs }) {
    const { scale, offset } = node.attributes;
    const channels = node.shape.at(-1)!;
    const ofChannel = (values: readonly number[], i: number): number => values[values.length === 1 ? 0 : i % channels]!;
    return map(inputs[0]!, (v, i) => v * ofChannel(scale, i) + ofChannel(offset, i));
  },
  sliceChannels(context) {
    const x = context.inputs[0]!;
    const { start, size } = context.node.attributes;
    return map(result(context), (_, i) => x.data[Math.floor(i / size) * x.shape.at(-1)! + start + (i % size)]!);
  },
  channelShuffle({ node, inputs }) {
    const x = inputs[0]!;
    const channels = x.shape.at(-1)!;
    const { groups } = node.attributes;
    const perGroup = channels / groups;
    const y = zeros(x.shape);
    x.data.forEach((v, from) => {
      const c = from % channels;
      const [group, i] = [Math.floor(c / perGroup), c % perGroup];
      y.data[from - c + i * groups + group] = v;
    });
    return y;
  },
  maxPool(context) {
    const y = result(context);
    const x = context.inputs[0]!;
    for (const { output, inputs } of poolWindows(context.node, x.shape)) {
      y.data[output] = Math.max(...inputs.map((i) => x.data[i]!));
    }
    return y;
  },
  avgPool: mean,
  globalAvgPool: mean,
  adaptiveAvgPool: mean,
  zeroPad(context) {
    const x = context.inputs[0]!;
    const [, height = 1, width = 1, channels = 1] = x.shape;
    const [top, , , left] = context.node.attributes.spatial;
    const [before] = context.node.attributes.channels;
    const [rows = 1, columns = 1, out = 1] = context.node.shape;
    return map(result(context), (_, i) => {
      const c = (i % out) - before;
      const xx = (Math.floor(i / out) % columns) - left;
      const y = (Math.floor(i / (out * columns)) % rows) - top;
      const n = Math.floor(i / (out * columns * rows));
      const inside = c >= 0 && c < channels && xx >= 0 && xx < width && y >= 0 && y < height;
      return inside ? x.data[((n * height + y) * width + xx) * channels + c]! : 0;
    });
  },
  flatten: ({ node, inputs }) => ({ shape: [inputs[0]!.shape[0]!, ...node.shape], data: inputs[0]!.data }),
  dropout: ({ inputs }) => inputs[0]!,
  custom: ({ node, inputs, params }) =>
    customReferences[node.attributes.definition.name]!(inputs, params, node.attributes.values),
};

/** One node by its definition. */
export function referenceNode(node: AnyNode, inputs: readonly Ref[], params: ReadonlyMap<string, Ref>): Ref {
  const valueAt = (path: string): Ref => params.get(path)!;
  const context: ReferenceContext<OpName> = {
    node,
    inputs,
    params: node.params.map(({ path }) => valueAt(path)),
    param: (role) => {
      const spec = paramOf(node, role);
      return spec && valueAt(spec.path);
    },
  };
  return (references[node.op] as Reference<OpName>)(context);
}

/** A whole network by definition: the result of every node. */
export function referenceRun(graph: Graph, input: Ref, params: ReadonlyMap<string, Ref>): readonly Ref[] {
  const results: Ref[] = [];
  for (const node of graph.nodes) {
    const inputs = node.op === 'input' ? [input] : node.inputs.map((id) => results[id]!);
    results.push(referenceNode(node, inputs, params));
  }
  return results;
}
