import { type Float32Tensor, originOf, sizeOf } from '@convzoo/layers';

/** The values of a kernel, read row by row while it is packed. */
export interface WeightSource {
  /**
   * `rows` rows of `n` values from value `from` on, which starts a row, into rows of `width`: what lies behind a row is not
   * written.
   */
  copy(from: number, rows: number, n: number, target: Float32Array, width: number): void;
}

export function weightSource(tensor: Float32Tensor): WeightSource {
  const origin = originOf(tensor);
  return origin?.kind === 'scaled' ? scaledSource(origin.values.data, origin.factors) : plainSource(tensor.data);
}

function plainSource(values: Float32Array): WeightSource {
  return {
    copy(from, rows, n, target, width) {
      if (width === n) target.set(values.subarray(from, from + rows * n));
      else
        for (let row = 0; row < rows; row++)
          target.set(values.subarray(from + row * n, from + (row + 1) * n), row * width);
    },
  };
}

/** Products in float64, rounded once, as `derivedTensor` has them, but without an array for all. */
function scaledSource(values: Float32Array, factors: Float64Array): WeightSource {
  return {
    copy(from, rows, n, target, width) {
      for (let row = 0; row < rows; row++) {
        const [source, to] = [from + row * n, row * width];
        for (let c = 0; c < n; c++) target[to + c] = (values[source + c] as number) * (factors[c] as number);
      }
    },
  };
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
