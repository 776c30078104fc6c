import type { ParamRole } from '@convzoo/layers';
import type { Dialect } from './dialect.js';

const LEAVES = {
  kernel: 'kernel',
  bias: 'bias',
  scale: 'gamma',
  shift: 'beta',
  mean: 'moving_mean',
  variance: 'moving_variance',
} as const satisfies Record<ParamRole, string>;

export const keras: Dialect = {
  name: 'keras',
  framework: 'keras',
  separator: '/',
  families: [],
  leaf: ({ kind, spec }) => (kind === 'depthwise' ? 'depthwise_kernel' : LEAVES[spec.role]),
  canonical: (names) => names,
  ignores: () => false,
};
