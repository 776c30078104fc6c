import type { Builder, Value } from '@convzoo/layers';

/**
 * Drops a residual branch for whole examples in training (Huang et al., "Deep Networks with Stochastic Depth", 2016;
 * torchvision `ops/stochastic_depth.py`, mode `row`). At rate 0 there is no node.
 */
export function stochasticDepth(nn: Builder, branch: Value, rate: number): Value {
  return rate === 0 ? branch : nn.dropout(branch, { name: 'stochastic_depth', rate, per: 'example' });
}
