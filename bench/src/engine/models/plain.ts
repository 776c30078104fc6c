import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { flattenedFrom } from '@convzoo/layers';
import type { Network } from '../network.js';

/** A folded network as JSON, and beside it (`.f32`) all its weights as float32, in our layouts: for Python. */
export async function writePlain({ graph, params }: Network, path: string): Promise<void> {
  const stream = createWriteStream(`${path}.f32`);
  let start = 0;
  const nodes = [];
  for (const node of graph.nodes) {
    const weights = [];
    for (const { path: name, shape } of node.params) {
      const data = params.get(name)?.data ?? new Float32Array();
      weights.push({ shape, start });
      start += data.length;
      if (!stream.write(bytesOf(data))) await once(stream, 'drain');
    }
    const map = node.op === 'dense' ? flattenedFrom(graph, node) : undefined;
    nodes.push({ op: node.op, attributes: node.attributes, inputs: positions(graph, node.inputs), weights, map });
  }
  stream.end();
  await once(stream, 'close');
  const [output] = positions(graph, [graph.output]);
  await writeFile(path, JSON.stringify({ nodes, output }));
}

/** Ids as places in the list of nodes. */
const positions = (graph: Network['graph'], ids: readonly number[]): readonly number[] =>
  ids.map((id) => graph.nodes.findIndex((node) => node.id === id));

export const bytesOf = (data: Float32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
