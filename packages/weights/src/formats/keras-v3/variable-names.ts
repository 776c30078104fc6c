import type { JsonObject } from '../../json.js';

/** Variables of each class of layer, in the order in which Keras 3 makes and so numbers them. The last may be missing. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  dense: ['kernel', 'bias'],
  conv1d: ['kernel', 'bias'],
  conv2d: ['kernel', 'bias'],
  conv3d: ['kernel', 'bias'],
  conv1d_transpose: ['kernel', 'bias'],
  conv2d_transpose: ['kernel', 'bias'],
  conv3d_transpose: ['kernel', 'bias'],
  depthwise_conv1d: ['kernel', 'bias'],
  depthwise_conv2d: ['kernel', 'bias'],
  separable_conv1d: ['depthwise_kernel', 'pointwise_kernel', 'bias'],
  separable_conv2d: ['depthwise_kernel', 'pointwise_kernel', 'bias'],
  embedding: ['embeddings'],
  p_re_lu: ['alpha'],
  normalization: ['mean', 'variance', 'count'],
};

/** Normalisations, whose first two depend on `scale` and `center`, and what follows them. */
const NORMALISATIONS: Readonly<Record<string, readonly string[]>> = {
  batch_normalization: ['moving_mean', 'moving_variance'],
  layer_normalization: [],
  group_normalization: [],
};

/**
 * Names of a layer's variables, of which Keras 3 stores only the numbers. `group` is its place, e.g. `conv2d_3`; without a
 * configuration, a normalisation with one of gamma and beta is taken to have beta (`scale=False`), as published networks
 * do. Layers of other classes keep the numbers.
 */
export function variableNames(group: string, config: JsonObject | undefined, count: number): readonly string[] {
  const kind = group.replace(/_\d+$/, '');
  const numbers = Array.from({ length: count }, (_, i) => String(i));
  const others = Object.hasOwn(NORMALISATIONS, kind) ? NORMALISATIONS[kind] : undefined;
  if (others !== undefined) {
    const both = count - others.length === 2;
    const scale = config === undefined ? both : config['scale'] !== false;
    const center = config === undefined ? count > others.length : config['center'] !== false;
    const names = [...(scale ? ['gamma'] : []), ...(center ? ['beta'] : []), ...others];
    return names.length === count ? names : numbers;
  }
  const names = Object.hasOwn(VARIABLES, kind) ? (VARIABLES[kind] ?? []) : [];
  return count <= names.length ? names.slice(0, count) : numbers;
}
