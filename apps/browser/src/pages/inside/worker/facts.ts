import { analyse, type ReceptiveField, receptiveFields } from '@convzoo/cost-analysis';
import { convolutions, defaultMapLayer, mapLayers } from '@convzoo/interpret';
import { type AnyNode, type Graph, inputOf, nodeAt, paramOf } from '@convzoo/layers';
import type { Architecture } from './architectures.js';

/** How a convolution or a pooling slides. */
export interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  /** Rows and columns of zeros before and after: top, right, bottom, left; or `same`, as TensorFlow pads. */
  readonly padding: 'same' | readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

/** A node of the network. Counts are of one picture. */
export interface LayerFacts {
  readonly path: string;
  /** `conv 3x3`, `relu` ...: see `kindOf` of cost-analysis. */
  readonly kind: string;
  readonly shape: readonly number[];
  /** Paths of what it reads. */
  readonly inputs: readonly string[];
  readonly window: Window | undefined;
  /** Shape of its kernel, `[height, width, in / groups, out]`; undefined for what is no convolution. */
  readonly kernel: readonly number[] | undefined;
  readonly params: number;
  readonly buffers: number;
  /** `null` where the op has no rule for it. */
  readonly macs: number | null;
  readonly activations: number;
  /** What a unit of its result sees of the input; `null` where there is nothing to state. */
  readonly field: ReceptiveField | null;
  /** Whether its result has a height and a width, and the output depends on it. */
  readonly map: boolean;
}

/** Everything that is known of a network without its weights: plain data. */
export interface NetworkFacts {
  readonly name: string;
  /** What the zoo calls it; undefined for a network from elsewhere. */
  readonly model: string | undefined;
  readonly input: readonly number[];
  readonly preset: string;
  readonly params: number;
  readonly macs: number;
  readonly activations: number;
  /** Convolutions and dense layers, as papers count the depth. */
  readonly weighted: number;
  readonly layers: readonly LayerFacts[];
  /** Other names of layers: stages, modules. */
  readonly taps: Readonly<Record<string, string>>;
  /** The last map before pooling, where Grad-CAM is usually read. */
  readonly usualLayer: string | undefined;
}

export function factsOf({ name, graph, preset, model }: Architecture): NetworkFacts {
  const report = analyse(graph);
  const fields = receptiveFields(graph);
  const maps = new Set(mapLayers(graph).map(({ id }) => id));
  const kernels = new Set(convolutions(graph).map(({ id }) => id));
  const layers = graph.nodes.map((node, i): LayerFacts => {
    const row = report.rows[i];
    return {
      path: node.path,
      kind: row?.kind ?? node.op,
      shape: node.shape,
      inputs: node.inputs.map((id) => nodeAt(graph, id).path),
      window: windowOf(node),
      kernel: kernels.has(node.id) ? paramOf(node, 'kernel')?.shape : undefined,
      params: row?.trainable ?? 0,
      buffers: row?.buffers ?? 0,
      macs: row === undefined ? null : row.macs,
      activations: row?.activations ?? 0,
      field: fields[node.id] ?? null,
      map: maps.has(node.id),
    };
  });
  return {
    name,
    model,
    input: inputOf(graph).shape,
    preset: preset.name,
    params: report.total.params,
    macs: report.total.macs,
    activations: report.total.activations,
    weighted: graph.nodes.filter(({ op }) => op === 'conv2d' || op === 'dense').length,
    layers,
    taps: Object.fromEntries(Object.entries(graph.taps).map(([tap, id]) => [tap, nodeAt(graph, id).path])),
    usualLayer: maps.size === 0 ? undefined : usual(graph),
  };
}

/** Undefined where every map is a pooling or the picture itself. */
function usual(graph: Graph): string | undefined {
  try {
    return defaultMapLayer(graph).path;
  } catch {
    return mapLayers(graph).at(-1)?.path;
  }
}

function windowOf(node: AnyNode): Window | undefined {
  switch (node.op) {
    case 'conv2d': {
      const { strides, padding, dilations, groups } = node.attributes;
      return { size: paramOf(node, 'kernel')?.shape.slice(0, 2) ?? [], strides, padding, dilations, groups };
    }
    case 'maxPool':
    case 'avgPool': {
      const { size, strides, padding } = node.attributes;
      return { size, strides, padding, dilations: [1, 1], groups: 1 };
    }
    default:
      return undefined;
  }
}
