/** Values of a cache line: that many outputs are read together. */
const LINE = 16;

/**
 * `[space, inputs, outputs]` as `[outputs, inputs, space]`: a convolution's HWIO as OIHW, a dense layer's `[in, out]` as
 * `[out, in]`, and the rows of one that reads a flattened map in the order of channels first.
 */
export function outputFirst(data: Float32Array, space: number, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let first = 0; first < outputs; first += LINE) {
    const end = Math.min(first + LINE, outputs);
    for (let i = 0; i < inputs; i++) {
      for (let s = 0; s < space; s++) {
        const from = (s * inputs + i) * outputs;
        for (let o = first; o < end; o++) result[(o * inputs + i) * space + s] = data[from + o] ?? 0;
      }
    }
  }
  return result;
}
