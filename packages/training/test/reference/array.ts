import { type Float32Tensor, type Parameters, sizeOf } from '@convzoo/layers';

/** An array in float64; the first axis is the batch where there is one. */
export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const zeros = (shape: readonly number[]): Array64 => ({ shape, data: new Float64Array(sizeOf(shape)) });

export const array64 = (shape: readonly number[], values: Iterable<number>): Array64 => ({
  shape,
  data: Float64Array.from(values),
});

export const mapped = ({ shape, data }: Array64, change: (value: number, index: number) => number): Array64 => ({
  shape,
  data: data.map(change),
});

export const fromFloat32 = ({ shape, data }: Float32Tensor): Array64 => array64(shape, data);

export const parameters64 = (params: Parameters): Map<string, Array64> =>
  new Map([...params].map(([path, tensor]) => [path, fromFloat32(tensor)]));

export function dot(a: Array64, b: Array64): number {
  return a.data.reduce((sum, value, i) => sum + value * (b.data[i] as number), 0);
}

export const norm = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
};
