/**
 * Hash of two 32-bit numbers (murmur3's finaliser twice): a counter-based generator, so that number i of stream s is the
 * same whatever was drawn before, on every machine and for every number of workers.
 */
export function hash32(stream: number, counter: number): number {
  let h = (stream ^ Math.imul(counter + 1, 0x9e3779b1)) | 0;
  for (let round = 0; round < 2; round++) {
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    h = (h + stream) | 0;
  }
  return h >>> 0;
}

/** Hash of a text, to make the stream of a name. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = hash32(h, text.charCodeAt(i));
  return h;
}

/** Uniform in (0, 1): never 0, so that its logarithm exists. */
export const uniformAt = (stream: number, counter: number): number => (hash32(stream, counter) + 0.5) / 2 ** 32;

/** Standard normal values by Box and Muller's transform. */
export function fillNormal(out: Float32Array, stream: number, deviation: number): void {
  for (let i = 0; i < out.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(uniformAt(stream, i)));
    const angle = 2 * Math.PI * uniformAt(stream, i + 1);
    out[i] = radius * Math.cos(angle);
    if (i + 1 < out.length) out[i + 1] = radius * Math.sin(angle);
  }
}

/** The numbers 0 .. size - 1 in an order that depends on seed and epoch only (Fisher and Yates). */
export function shuffledIndices(size: number, seed: number, epoch: number): Uint32Array {
  const indices = Uint32Array.from({ length: size }, (_, i) => i);
  const stream = hash32(hashText('shuffle') ^ seed, epoch);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(uniformAt(stream, i) * (i + 1));
    const held = indices[i] ?? 0;
    indices[i] = indices[j] ?? 0;
    indices[j] = held;
  }
  return indices;
}
