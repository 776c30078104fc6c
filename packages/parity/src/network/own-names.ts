import { type Graph, nodeAt } from '@convzoo/layers';
import { type Dialect, type FamilyNames, type NamePair, type ParamPlace, placesOf } from '@convzoo/weights';
import type { GoldenKeys } from '../record/record.js';
import { renamer } from './rename.js';

export interface OwnNames {
  readonly renames: readonly NamePair[];
  /** The record's parameters: where they are known, their shapes tell what kind of layers the record's network has. */
  readonly keys: GoldenKeys | undefined;
}

/**
 * A dialect that knows a graph of no family: its own paths, renamed as the user says, in the spelling and layout of the
 * dialect. Without renames the families of the dialect stay, since a graph of one's own may be a ResNet.
 */
export function ownDialect(dialect: Dialect, graph: Graph, { renames, keys = [] }: OwnNames): Dialect {
  const rename = renamer(renames);
  const shapes = new Map(keys);
  const places = placesOf(graph);
  const shapeOf = (place: ParamPlace) =>
    shapes.get(`${rename(place.module)}${dialect.separator}${dialect.leaves(place)[0]}`);
  const own: FamilyNames = {
    family: graph.name,
    modules: [...new Set(places.map(({ module }) => module))].map((module) => [module, rename(module)]),
    params: dialect.framework === 'keras' ? separable(graph, rename) : [],
    convolutions: places.flatMap((place) =>
      place.kind === 'dense' && shapeOf(place)?.length === 4 ? [place.module] : [],
    ),
    flatLayerScale: places.some((place) => place.kind === 'layerScale' && shapeOf(place)?.length === 1),
    groupedDepthwise: places.some(
      (place) =>
        place.kind === 'depthwise' && shapeOf(place) === undefined && shapes.has(`${rename(place.module)}/kernel`),
    ),
  };
  return { ...dialect, families: [own, ...(renames.length === 0 ? dialect.families : [])] };
}

/** Both halves of a separable convolution are one layer of Keras: `X.depthwise` and `X.pointwise` here. */
function separable(graph: Graph, rename: (path: string) => string): readonly NamePair[] {
  return graph.nodes.flatMap((node): NamePair[] => {
    const layer = node.path.replace(/\.pointwise$/, '');
    const input = node.inputs[0] === undefined ? undefined : nodeAt(graph, node.inputs[0]);
    if (node.op !== 'conv2d' || layer === node.path || input?.path !== `${layer}.depthwise`) return [];
    const theirs = rename(layer);
    return [
      [`${layer}.depthwise.weight`, `${theirs}/depthwise_kernel`],
      [`${layer}.pointwise.weight`, `${theirs}/pointwise_kernel`],
      [`${layer}.pointwise.bias`, `${theirs}/bias`],
    ];
  });
}
