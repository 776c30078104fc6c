import { type Graph, headOf, nodeAt, selectOutput, sizeOf, tapOf } from '@convzoo/layers';
import type { Backend, Session } from '@convzoo/runtime';
import { UsageError } from '../errors.js';
import type { LoadedNetwork } from '../network/load.js';

/** What stands for a picture: the values of one layer, of a map the mean over its places. */
export interface Embedding {
  readonly layer: string;
  readonly size: number;
  /** Whether the layer is a map, so that its mean is taken. */
  readonly pooled: boolean;
}

/**
 * The embedding at a tap or node, or what the classifier reads.
 *
 * @throws UsageError `bad-layer`
 * @throws GraphError `no-such-tap`
 */
export function embeddingAt(graph: Graph, name?: string): Embedding {
  const { path, shape } = name === undefined ? beforeClassifier(graph) : tapOf(graph, name);
  const pooled = shape.length === 3;
  return { layer: path, size: pooled ? (shape[2] ?? 0) : sizeOf(shape), pooled };
}

function beforeClassifier(graph: Graph) {
  const head = classifierOf(graph);
  let node = nodeAt(graph, head.inputs[0] ?? -1);
  while (node.op === 'dropout') node = nodeAt(graph, node.inputs[0] ?? -1);
  return node;
}

function classifierOf(graph: Graph) {
  try {
    return headOf(graph);
  } catch (cause) {
    throw new UsageError('bad-layer', `${graph.name} does not end in one classifier: say the layer by --layer NAME.`, {
      cause,
    });
  }
}

/** A session up to the layer: what comes after is not computed. */
export function prepareEmbedding(backend: Backend, network: LoadedNetwork, { layer }: Embedding): Promise<Session> {
  return backend.prepare(selectOutput(network.graph, layer), network.params);
}

/** The vector of one picture, of what the layer gave for it. */
export const vectorOf = (output: Float32Array, { size, pooled }: Embedding): Float32Array =>
  pooled ? meanOverPlaces(output, size) : Float32Array.from(output);

function meanOverPlaces(data: Float32Array, channels: number): Float32Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) sums[i % channels] = (sums[i % channels] ?? 0) + (data[i] ?? 0);
  return Float32Array.from(sums, (sum) => (sum * channels) / data.length);
}
