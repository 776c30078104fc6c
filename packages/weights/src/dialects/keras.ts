import type { ParamRole } from '@convzoo/layers';
import type { Dialect } from './dialect.js';
import { kerasFamilies } from './keras-families.js';
import { canonicalKerasNames } from './keras-names.js';

const LEAVES = {
  kernel: 'kernel',
  bias: 'bias',
  scale: 'gamma',
  shift: 'beta',
  mean: 'moving_mean',
  variance: 'moving_variance',
} as const satisfies Record<ParamRole, string>;

/**
 * What EfficientNet's `Normalization` layer keeps: constants of its preprocessing, which this project's network has as such.
 */
const NORMALIZATION = /(^|\/)normalization(_\d+)?\/(mean|variance|count)(:\d+)?$/;

const NO_FAMILY = { family: '', modules: [] };

/** The dialect of keras.applications and of files that Keras 1 to 3 wrote. */
export const keras: Dialect = {
  name: 'keras',
  framework: 'keras',
  separator: '/',
  families: kerasFamilies,
  // Keras 3 calls a depthwise kernel plainly `kernel`.
  leaves: ({ kind, spec }, { groupedDepthwise = false } = NO_FAMILY) =>
    kind === 'depthwise' && !groupedDepthwise ? ['depthwise_kernel', 'kernel'] : [LEAVES[spec.role]],
  canonical: canonicalKerasNames,
  ignores: (name) => NORMALIZATION.test(name),
};
