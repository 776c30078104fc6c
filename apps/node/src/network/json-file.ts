import { readFile, stat } from 'node:fs/promises';
import { kerasOps } from '@convzoo/keras-import';
import { GRAPH_FORMAT, graphFromJson, type Pair } from '@convzoo/layers';
import { UsageError } from '../errors.js';
import type { FoundNetwork } from './found.js';
import { openKerasConfig, openKerasFile } from './keras-file.js';

/** Longest JSON that is read. A graph of 1000 nodes has 0.3 MB. */
const MAX_BYTES = 64_000_000;

/** A graph of this project, a model.json of TensorFlow.js with its weights, or what Keras's `to_json` writes. */
export async function openJson(path: string, size: Pair | undefined): Promise<FoundNetwork> {
  const json = await readJson(path);
  if ('weightsManifest' in json || 'modelTopology' in json) return openKerasFile(path, size);
  if ('class_name' in json) return openKerasConfig(json, size);
  if ('format' in json && json.format === GRAPH_FORMAT) {
    return { graph: graphFromJson(json, { ops: kerasOps }), source: 'json' };
  }
  throw new UsageError(
    'not-a-graph',
    `${path} is JSON, but no network: neither a graph of this project ("format": "${GRAPH_FORMAT}") nor a model of Keras or TensorFlow.js.`,
  );
}

async function readJson(path: string): Promise<object> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw new UsageError('not-a-graph', `${path} has ${size} bytes; up to ${MAX_BYTES} are read.`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new UsageError('not-a-graph', `${path} is not JSON: ${cause instanceof Error ? cause.message : cause}.`);
  }
  return typeof json === 'object' && json !== null ? json : {};
}
