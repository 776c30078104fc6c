import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type AnyNode, type Graph, isTrainable, nodeAt, type ParamSpec, paramsOf, sizeOf } from '@convzoo/layers';

const fixture = (path: string): Buffer => readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url));

/** A row of fixtures/reference/published.json, as far as the tests here read it. */
export interface PublishedRow {
  readonly family: string;
  readonly name: string;
  readonly variant: string;
  readonly source: string;
  readonly input: readonly number[];
  readonly params: number | null;
  readonly params_tol: number | null;
  readonly params_convention: string;
  readonly macs: number | null;
  readonly macs_tol: number | null;
  readonly macs_convention: string | null;
  readonly min_size?: readonly [number, number];
}

export const published = JSON.parse(fixture('reference/published.json').toString()) as readonly PublishedRow[];

interface KeyList {
  readonly keys: readonly { readonly name: string; readonly shape: readonly number[]; readonly kind?: string }[];
}

export const stateDicts = JSON.parse(gunzipSync(fixture('reference/state-dict-keys.json.gz')).toString()) as {
  readonly frameworks: Readonly<Record<'torchvision' | 'timm' | 'keras', Readonly<Record<string, KeyList>>>>;
};

export const layerTables = JSON.parse(fixture('reference/layer-tables.json').toString()) as {
  readonly vgg16_cs231n: { readonly rows: readonly (readonly [name: string, outputs: number, weights: number])[] };
  readonly mobilenet_v1_table2: { readonly rows: readonly (readonly [type: string, macs: number, params: number])[] };
};

export interface GoldenRecord {
  readonly case: string;
  readonly framework: 'torchvision' | 'timm' | 'keras';
  readonly model: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly input: { readonly shape: readonly number[]; readonly layout: 'NCHW' | 'NHWC' };
  readonly params: number;
  readonly taps: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

const records = <T>(name: string): readonly T[] =>
  fixture(`goldens/${name}.jsonl`)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

export const goldens = ['torch-eval', 'timm-eval', 'keras-eval'].flatMap((name) => records<GoldenRecord>(name));

export const torchKeys = records<{ case: string; keys: readonly (readonly [string, readonly number[]])[] }>(
  'torch-keys',
);

/** Elements of the parameters that `which` selects. */
export function countParams(graph: Graph, which: (param: ParamSpec) => boolean = isTrainable): number {
  return paramsOf(graph)
    .filter(which)
    .reduce((sum, param) => sum + sizeOf(param.shape), 0);
}

/** Multiply-accumulates of one node, counted here apart from cost-analysis: outputs times kernel without its outputs. */
export function macsOf(node: AnyNode): number {
  const kernel = node.params.find((param) => param.role === 'kernel');
  return kernel === undefined ? 0 : sizeOf(node.shape) * sizeOf(kernel.shape.slice(0, -1));
}

export const countMacs = (graph: Graph, which: (node: AnyNode) => boolean = () => true): number =>
  graph.nodes.filter(which).reduce((sum, node) => sum + macsOf(node), 0);

/** Parameters as torch has them: OIHW and [out, in]. */
export function torchShapes(graph: Graph): readonly (readonly [string, readonly number[]])[] {
  return paramsOf(graph).map(({ path, shape }) => {
    const [a, b, c, d] = shape as [number, number, number, number];
    return [path, shape.length === 4 ? [d, c, a, b] : shape.length === 2 ? [b, a] : shape];
  });
}

/** Shape of a node as torch gives it, without the batch axis. */
export function torchShape(graph: Graph, id: number): readonly number[] {
  const { shape } = nodeAt(graph, id);
  return shape.length === 3 ? [shape[2]!, shape[0]!, shape[1]!] : shape;
}
