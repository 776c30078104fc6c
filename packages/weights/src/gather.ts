import { type Shape, sizeOf } from '@convzoo/layers';

/** Arrays of plain bits by the bytes of an element, so that no NaN is changed on its way. */
const BITS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const;

/**
 * The elements of a strided view in row-major order. `strides` count elements, from the first byte of `bytes`; the view
 * must lie inside of them.
 */
export function gather(
  bytes: Uint8Array<ArrayBuffer>,
  elementBytes: number,
  shape: Shape,
  strides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const Bits = BITS[elementBytes as keyof typeof BITS];
  const aligned = bytes.byteOffset % elementBytes === 0 ? bytes : bytes.slice();
  const result = new Uint8Array(sizeOf(shape) * elementBytes);
  const from = new Bits(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / elementBytes));
  // The four kinds of array differ in their elements only, which are copied and not looked at.
  copyStrided(from as Uint8Array, new Bits(result.buffer) as Uint8Array, shape, strides);
  return result;
}

function copyStrided(from: Uint8Array, to: Uint8Array, shape: Shape, strides: readonly number[]): void {
  const rank = shape.length;
  const [inner, step] = [shape[rank - 1] ?? 1, strides[rank - 1] ?? 0];
  const index = new Array<number>(Math.max(rank - 1, 0)).fill(0);
  let source = 0;
  for (let target = 0; target < to.length; ) {
    for (let i = 0, at = source; i < inner; i++, at += step) to[target++] = from[at] as number;
    // The next row, as an odometer turns.
    for (let axis = rank - 2; axis >= 0; axis--) {
      source += strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      source -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
}
