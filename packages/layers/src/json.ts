import { Builder, type Value } from './builder.js';
import type { CustomOp, Json, JsonObject } from './custom-op.js';
import type { AnyNode, Graph, ParamSpec } from './graph.js';
import { readAttributes } from './json-attributes.js';
import { asArray, asInteger, asObject, asString, fail, oneOf } from './json-values.js';
import { opNames } from './ops/index.js';

/** Version of the JSON form; a reader refuses what it does not know. */
export const GRAPH_FORMAT = 'convzoo-graph/1';

/** More nodes than any network needs (ResNet-152 has about 520): a bound on what an untrusted file may ask for. */
export const MAX_NODES = 100_000;

/** A graph as JSON. Shapes are left out: they follow from the rest and are inferred, and so checked, on reading. */
export function graphToJson(graph: Graph): JsonObject {
  return {
    format: GRAPH_FORMAT,
    name: graph.name,
    nodes: graph.nodes.map(nodeToJson),
    output: graph.output,
    taps: { ...graph.taps },
  };
}

function nodeToJson(node: AnyNode): JsonObject {
  const attributes: JsonObject =
    node.op === 'custom'
      ? { name: node.attributes.definition.name, values: node.attributes.values }
      : { ...(node.attributes as Exclude<AnyNode, { op: 'custom' }>['attributes']) };
  return {
    op: node.op,
    path: node.path,
    ...(Object.keys(attributes).length > 0 && { attributes }),
    inputs: node.inputs,
    ...(node.params.length > 0 && { params: node.params.map(({ path, role, shape }) => ({ path, role, shape })) }),
  };
}

/**
 * Reads a graph, validating every node as the builder does. `ops` are the definitions of the custom ops that it uses.
 * @throws GraphError `bad-graph-json` with the place, or what the builder throws
 */
export function graphFromJson(json: unknown, { ops = [] }: { readonly ops?: readonly CustomOp[] } = {}): Graph {
  const root = asObject(json, 'the graph');
  if (root['format'] !== GRAPH_FORMAT)
    fail('format', `must be "${GRAPH_FORMAT}", got ${JSON.stringify(root['format'])}`);
  const builder = new Builder(asString(root['name'], 'name'));
  const nodes = asArray(root['nodes'], 'nodes');
  if (nodes.length > MAX_NODES) fail('nodes', `at most ${MAX_NODES} nodes are read, got ${nodes.length}`);
  const values: Value[] = [];
  const at = (id: unknown, where: string): Value =>
    values[asInteger(id, where)] ?? fail(where, `node ${String(id)} does not come before this place`);
  nodes.forEach((entry, i) => {
    const where = `nodes[${i}]`;
    const node = asObject(entry, where);
    const op = oneOf(opNames)(node['op'], `${where}.op`);
    const inputs = asArray(node['inputs'], `${where}.inputs`).map((id) => at(id, `${where}.inputs`));
    const attributes = readAttributes(op, asObject(node['attributes'] ?? {}, `${where}.attributes`), ops, where);
    const params = asArray(node['params'] ?? [], `${where}.params`).map((p, k) =>
      readParam(p, `${where}.params[${k}]`),
    );
    values.push(builder.node(op, { path: asString(node['path'], `${where}.path`), attributes, inputs, params }));
  });
  const graph = builder.graph(at(root['output'], 'output'));
  const taps = Object.entries(asObject(root['taps'] ?? {}, 'taps')).map(([name, id]) => [
    name,
    at(id, `taps.${name}`).id,
  ]);
  return { ...graph, taps: Object.fromEntries(taps) };
}

const asRole = oneOf(['kernel', 'bias', 'scale', 'shift', 'mean', 'variance']);

function readParam(json: unknown, where: string): ParamSpec {
  const param = asObject(json, where);
  return {
    path: asString(param['path'], `${where}.path`),
    role: asRole(param['role'], `${where}.role`),
    shape: asArray(param['shape'], `${where}.shape`).map((extent) => asInteger(extent, `${where}.shape`)),
  };
}

/** SHA-256 over the canonical JSON (keys sorted), in hexadecimal: equal for equal graphs, on every machine. */
export async function hashGraph(graph: Graph): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(graphToJson(graph)));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function canonical(json: Json): string {
  if (Array.isArray(json)) return `[${json.map(canonical).join(',')}]`;
  if (json === null || typeof json !== 'object') return JSON.stringify(json);
  const entries = Object.entries(json as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`).join(',')}}`;
}
