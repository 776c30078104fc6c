import { type AnyNode, type Graph, type Node, type OpName, type ParamRole, paramOf, sizeOf } from '@convzoo/layers';
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

export const activations = {
  linear: (v: number) => v,
  relu: (v: number) => Math.max(v, 0),
  relu6: (v: number) => Math.min(Math.max(v, 0), 6),
} as const;

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
export const references: { readonly [K in OpName]: Reference<K> } = {
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
