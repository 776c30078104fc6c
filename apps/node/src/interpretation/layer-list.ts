import { convolutions, defaultMapLayer, mapLayer, mapLayers } from '@convzoo/interpret';
import { type AnyNode, type Graph, nodeAt } from '@convzoo/layers';
import type { Method } from '../choices.js';
import { UsageError } from '../errors.js';

export interface ListedLayer {
  readonly layer: string;
  readonly op: string;
  readonly shape: readonly number[];
  /** Names that the network gives it, e.g. of a stage's end. */
  readonly taps: readonly string[];
  readonly default: boolean;
}

/** The layers that a method takes, in the order of the network. */
export function layersFor(graph: Graph, method: Method): readonly ListedLayer[] {
  const usual = layerFor(graph, method).path;
  return candidates(graph, method).map(({ id, path, op, shape }) => ({
    layer: path,
    op,
    shape,
    taps: Object.keys(graph.taps).filter((tap) => graph.taps[tap] === id && tap !== path),
    default: path === usual,
  }));
}

/**
 * The layer of that name, or the usual one: the last map before pooling, or the first convolution where filters are asked
 * for.
 *
 * @throws UsageError `bad-layer`
 */
export function layerFor(graph: Graph, method: Method, name?: string): AnyNode {
  if (name === undefined) {
    if (method !== 'filters') return defaultMapLayer(graph);
    const [first] = convolutions(graph);
    if (first === undefined) throw new UsageError('bad-layer', `${graph.name} has no convolution, so no filters.`);
    return first;
  }
  const named = candidates(graph, method).find(({ path }) => path === name);
  if (named !== undefined) return named;
  const tapped = Object.hasOwn(graph.taps, name) ? nodeAt(graph, graph.taps[name] ?? -1) : undefined;
  if (tapped !== undefined && (method !== 'filters' || tapped.op === 'conv2d')) return mapLayer(graph, tapped.path);
  const near = candidates(graph, method).map(({ path }) => path);
  const what = method === 'filters' ? 'convolution' : 'layer with height and width';
  throw new UsageError(
    'bad-layer',
    `${graph.name} has no ${what} called "${name}". Of its ${near.length}, the last are ${near.slice(-3).join(', ')}; --layer list shows all.`,
  );
}

const candidates = (graph: Graph, method: Method): readonly AnyNode[] =>
  method === 'filters' ? convolutions(graph) : mapLayers(graph);
