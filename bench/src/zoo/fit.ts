import type { NetworkTime } from './protocol.js';

/** How time grows with multiply-accumulates over networks. */
export interface Fit {
  /** Of log time against log MACs by least squares: 1 is growth in proportion. */
  readonly exponent: number;
  /** Pearson's, of the logarithms. */
  readonly correlation: number;
  /** Median of MACs over time, in 10^9 a second. */
  readonly gigamacsPerSecond: number;
}

export function fitOf(networks: readonly Pick<NetworkTime, 'macs' | 'min'>[]): Fit {
  const xs = networks.map(({ macs }) => Math.log(macs));
  const ys = networks.map(({ min }) => Math.log(min));
  const [x, y] = [mean(xs), mean(ys)];
  const products = mean(xs.map((value, i) => (value - x) * ((ys[i] ?? 0) - y)));
  const [varianceX, varianceY] = [mean(xs.map((value) => (value - x) ** 2)), mean(ys.map((value) => (value - y) ** 2))];
  const rates = networks.map(rateOf).sort((a, b) => a - b);
  return {
    exponent: products / varianceX,
    correlation: products / Math.sqrt(varianceX * varianceY),
    gigamacsPerSecond: rates[rates.length >> 1] ?? Number.NaN,
  };
}

/** 10^9 multiply-accumulates a second. */
export const rateOf = ({ macs, min }: Pick<NetworkTime, 'macs' | 'min'>): number => macs / min / 1e6;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
