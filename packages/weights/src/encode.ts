import { formatShape, type Graph, type Parameters, sameShape } from '@convzoo/layers';
import { type DialectName, dialects, sourceParams } from './dialects/index.js';
import { WeightsError } from './errors.js';
import type { NamedTensor } from './weight-file.js';

/**
 * The parameters of a network as a framework names and lays them out: what {@link bindWeights} reads, the other way. By
 * default torchvision's, so that the file loads in torch by `load_state_dict`. Throws WeightsError `bad-shape` where a
 * parameter is missing or mis-shaped.
 */
export function encodeWeights(
  graph: Graph,
  params: Parameters,
  { dialect = 'torchvision' }: { readonly dialect?: DialectName } = {},
): readonly NamedTensor[] {
  return sourceParams(graph, dialects[dialect]).map(({ place, name, layout }) => {
    const { path, shape } = place.spec;
    const tensor = params.get(path);
    if (tensor === undefined || !sameShape(tensor.shape, shape)) {
      const found = tensor === undefined ? 'missing' : formatShape(tensor.shape);
      throw new WeightsError(
        'bad-shape',
        `Parameter ${path} of ${graph.name} must be ${formatShape(shape)}, it is ${found}.`,
      );
    }
    return { name, tensor: { shape: layout.shape, dtype: 'float32', data: layout.encode(tensor.data) } };
  });
}
