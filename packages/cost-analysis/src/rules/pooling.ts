import { type Shape, sizeOf } from '@convzoo/layers';
import { none, type Rule } from './rule.js';

export const maxPool: Rule<'maxPool'> = {
  formula: 'Elementwise: window height x width - 1 comparisons for each output, padding included.',
  macs: none,
  elementwise: (node) => sizeOf(node.shape) * (sizeOf(node.attributes.size) - 1),
};

export const avgPool: Rule<'avgPool'> = {
  formula: 'Elementwise: window height x width for each output: the additions and one scaling, padding included.',
  macs: none,
  elementwise: (node) => sizeOf(node.shape) * windowMean(sizeOf(node.attributes.size)),
};

export const globalAvgPool: Rule<'globalAvgPool'> = {
  formula: 'Elementwise: 1 for each input element: additions, and one scaling a channel.',
  macs: none,
  elementwise: (node, inputs) => sizeOf(node.shape) * windowMean(sizeOf(inputs[0] ?? []) / sizeOf(node.shape)),
};

export const adaptiveAvgPool: Rule<'adaptiveAvgPool'> = {
  formula: 'Elementwise: 1 for each element of each bin; bins may overlap, and a bin of one element costs nothing.',
  macs: none,
  elementwise: (node, inputs) => adaptiveBinElements(inputs[0] ?? [], node.attributes.size),
};

/** Additions and one scaling; the mean of a single value is that value. */
const windowMean = (elements: number): number => (elements === 1 ? 0 : elements);

/** Extents of torch's adaptive bins along an axis: bin i of n covers floor(i * extent / n) to ceil((i + 1) * extent / n). */
function binExtents(extent: number, bins: number): readonly number[] {
  return Array.from({ length: bins }, (_, i) => Math.ceil(((i + 1) * extent) / bins) - Math.floor((i * extent) / bins));
}

/** Elements that adaptive average pooling reads, those of bins with a single element left out. */
export function adaptiveBinElements(input: Shape, [rows, columns]: readonly [number, number]): number {
  const [height = 0, width = 0, channels = 0] = input;
  const heights = binExtents(height, rows);
  const widths = binExtents(width, columns);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const ones = (values: readonly number[]): number => values.filter((value) => value === 1).length;
  return channels * (sum(heights) * sum(widths) - ones(heights) * ones(widths));
}
