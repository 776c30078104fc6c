import { type Float32Tensor, float32Tensor, type Parameters, sameShape } from '@convzoo/layers';

// Parameters are a Map of path to plain array (see layers); these are the few things that everybody does with one.

/** Bytes of all values. */
export function byteSize(params: Parameters): number {
  let bytes = 0;
  for (const { data } of params.values()) bytes += data.byteLength;
  return bytes;
}

/** Number of all values, running statistics included. */
export function countValues(params: Parameters): number {
  return byteSize(params) / Float32Array.BYTES_PER_ELEMENT;
}

/** Arrays of one's own, e.g. to train on from shared weights. */
export function cloneParameters(params: Parameters): Map<string, Float32Tensor> {
  const copy = new Map<string, Float32Tensor>();
  for (const [path, { shape, data }] of params) copy.set(path, float32Tensor(shape, data.slice()));
  return copy;
}

/** Whether both have the same paths, shapes and bits; the order of the paths does not count, a NaN equals itself. */
export function sameParameters(a: Parameters, b: Parameters): boolean {
  if (a.size !== b.size) return false;
  for (const [path, tensor] of a) {
    const other = b.get(path);
    if (other === undefined || !sameShape(tensor.shape, other.shape) || !sameBits(tensor.data, other.data))
      return false;
  }
  return true;
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  const [x, y] = [a, b].map(({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length));
  return x !== undefined && y !== undefined && x.every((bits, i) => bits === y[i]);
}
