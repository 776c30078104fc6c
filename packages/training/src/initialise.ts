import {
  type Float32Tensor,
  float32Tensor,
  type Graph,
  type Parameters,
  type ParamSpec,
  paramsOf,
  sameShape,
  sizeOf,
} from '@convzoo/layers';
import { fillNormal, hashText } from './random.js';

/**
 * Starting values. Kernels are normal with variance 2 / fan_in before a ReLU (He et al., "Delving Deep into Rectifiers",
 * 2015, equation 10) and 1 / fan_in in dense layers, where none follows; norms start as the identity, layer scales at
 * 1e-6 (Liu et al., "A ConvNet for the 2020s", 2022, appendix A). Each parameter's values depend on the seed and its path
 * only. `given` are kept as they are, where path and shape agree.
 */
export function initialise(graph: Graph, seed: number, given: Parameters = new Map()): Parameters {
  const layerScales = new Set(
    graph.nodes.flatMap(({ op, params }) => (op === 'layerScale' ? params.map(({ path }) => path) : [])),
  );
  return new Map(
    paramsOf(graph).map((spec) => {
      const known = given.get(spec.path);
      if (known !== undefined && sameShape(known.shape, spec.shape)) return [spec.path, known];
      return [spec.path, initialValue(spec, seed, layerScales.has(spec.path) ? 1e-6 : 1)];
    }),
  );
}

function initialValue({ path, role, shape }: ParamSpec, seed: number, scale: number): Float32Tensor {
  const data = new Float32Array(sizeOf(shape));
  if (role === 'kernel') {
    const fanIn = sizeOf(shape.slice(0, -1));
    fillNormal(data, (hashText(path) ^ seed) | 0, Math.sqrt((shape.length === 4 ? 2 : 1) / fanIn));
  } else if (role === 'scale') {
    data.fill(scale);
  } else if (role === 'variance') {
    data.fill(1);
  }
  return float32Tensor(shape, data);
}
