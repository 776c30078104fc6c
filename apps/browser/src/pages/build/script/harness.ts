// Runs beside the user's module, inside the interpreter: calls its default export and writes down what came out.
export const HARNESS = `
import { graphToJson } from '@convzoo/layers';
import * as net from './net.ts';

const refuse = (kind, message) => { throw Object.assign(new Error(message), { kind }); };
const kindOf = (value) =>
  value === null || value === undefined ? String(value)
  : Array.isArray(value) ? 'a list'
  : typeof value === 'object' ? 'another object' : 'a ' + typeof value;

if (!('default' in net) || net.default === undefined) {
  refuse('no-default-export', 'There is no default export; end the file with "export default" and a graph, or a function that returns one.');
}
const graph = typeof net.default === 'function' ? await net.default() : net.default;
if (typeof graph !== 'object' || graph === null || !Array.isArray(graph.nodes) || !('output' in graph)) {
  const which = typeof net.default === 'function' ? 'The function that is exported returns ' : 'The default export is ';
  refuse('not-a-graph', which + kindOf(graph) + '; return what builder.graph(output) returns.');
}
const customs = [];
for (const node of graph.nodes) {
  if (node.op !== 'custom') continue;
  const { definition, values } = node.attributes;
  const context = { inputs: node.inputs.map((id) => graph.nodes[id].shape), values, params: node.params };
  customs.push({ name: definition.name, of: JSON.stringify(context), shape: node.shape, macs: definition.macs(context) });
}
globalThis.convzooResult = JSON.stringify({ graph: graphToJson(graph), customs });
`;
