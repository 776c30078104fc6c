/** Edge of a tile, in elements: 16 float32 are one cache line, so a tile reads and writes 16 of them. */
const TILE = 16;

/**
 * Reverses three axes: `[a, b, c]` to `[c, b, a]`, row major. With spatial axes as one it turns `[spatial, in, out]`, this project's
 * layout of kernels, into `[out, in, spatial]`, that of torch and ONNX, and back. Floats are moved as 32-bit integers, since a NaN
 * that goes through a float register may lose its payload, and copies must be exact.
 */
export function reverseAxes<T extends Float32Array | Uint16Array>(data: T, a: number, b: number, c: number): T {
  // Tiles are cut along the first axis and the others: a first one of one may stand second as well.
  const axes = a === 1 ? ([b, 1, c] as const) : ([a, b, c] as const);
  if (data instanceof Float32Array) {
    const result = new Float32Array(data.length);
    reverseInto(new Int32Array(data.buffer, data.byteOffset, data.length), new Int32Array(result.buffer), axes);
    return result as T;
  }
  const result = new Uint16Array(data.length);
  reverseInto(data, result, axes);
  return result as T;
}

function reverseInto<T extends Int32Array | Uint16Array>(
  from: T,
  to: T,
  [a, b, c]: readonly [number, number, number],
): void {
  const rows = b * c;
  // As a matrix: [a, b * c] becomes [b * c, a], and its rows (j, k) go from order j * c + k to k * b + j.
  for (let i0 = 0; i0 < a; i0 += TILE) {
    const i1 = Math.min(i0 + TILE, a);
    for (let r0 = 0; r0 < rows; r0 += TILE) {
      const r1 = Math.min(r0 + TILE, rows);
      for (let r = r0; r < r1; r++) {
        const k = r % c;
        let target = (k * b + (r - k) / c) * a + i0;
        let source = i0 * rows + r;
        for (let i = i0; i < i1; i++) {
          to[target++] = from[source] as number;
          source += rows;
        }
      }
    }
  }
}
