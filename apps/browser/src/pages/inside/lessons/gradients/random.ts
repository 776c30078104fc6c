/** A stream of numbers that depends on its seed only (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normal values with this deviation, by Box and Muller's transform. */
export function normal(size: number, deviation: number, next: () => number): Float64Array {
  return Float64Array.from({ length: size }, () => {
    // 1 - u is never 0, so that its logarithm exists.
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return deviation * radius * Math.cos(2 * Math.PI * next());
  });
}
