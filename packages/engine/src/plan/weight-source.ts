import { type Float32Tensor, originOf, sizeOf } from '@convzoo/layers';

/** The values of a kernel: those of a tensor, or of one that each output channel has a factor for. */
export interface WeightSource {
  readonly values: Float32Array;
  /** Products with them are in float64, rounded once, as `derivedTensor` has them. */
  readonly factors: Float64Array | undefined;
}

export function weightSource(tensor: Float32Tensor): WeightSource {
  const origin = originOf(tensor);
  if (origin?.kind === 'scaled') return { values: origin.values.data, factors: origin.factors };
  return { values: tensor.data, factors: undefined };
}

/** `rows` rows of `n` values from value `from` on into rows of `width`: what lies behind a row is not written. */
export function copyRows(
  values: Float32Array,
  { from, rows, n }: { readonly from: number; readonly rows: number; readonly n: number },
  target: Float32Array,
  width: number,
): void {
  if (width === n) target.set(values.subarray(from, from + rows * n));
  else
    for (let row = 0; row < rows; row++) target.set(values.subarray(from + row * n, from + (row + 1) * n), row * width);
}

/** The half-precision numbers that a tensor is made of and nothing else; `undefined` where it is not. */
export function halvesOf(tensor: Float32Tensor): (() => Uint16Array) | undefined {
  const origin = originOf(tensor);
  return origin?.kind === 'float16' ? () => origin.read() : undefined;
}

/** Bytes of a tensor's values on the host. */
export function hostBytes(tensor: Float32Tensor): number {
  const origin = originOf(tensor);
  if (origin?.kind === 'scaled') return hostBytes(origin.values);
  return (origin?.kind === 'float16' ? 2 : 4) * sizeOf(tensor.shape);
}
/** What holds a tensor's values: the tensor that others are scaled from. */
export function holderOf(tensor: Float32Tensor): Float32Tensor {
  const origin = originOf(tensor);
  return origin?.kind === 'scaled' ? holderOf(origin.values) : tensor;
}
