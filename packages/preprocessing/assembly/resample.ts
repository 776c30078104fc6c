// The two passes of a resize in SIMD instructions, on memory that the caller (src/resize/simd.ts) lays out.
// AssemblyScript; `npm run kernel` compiles it into src/resize/simd-kernel.ts.
//
// A weight of 24 bits does not fit the 16-bit multiply-and-add, so it comes in two halves, weight = high * 2^15 + low,
// 0 <= low < 2^15, and both sums are kept. high << 15 + low is then the very integer that Pillow computes: all of it is
// modulo 2^32.
//
// Weights lie in pairs of taps. A pair is four 16-bit numbers: low, low, high, high of its two taps.

/**
 * Rows of RGB bytes become rows of `width` pixels, `outStride` bytes apart. For each output pixel `first` holds the byte
 * offset of its first tap in the row, and `groups` how many groups of four taps there are; the weights of pixel x
 * begin at `weights + x * weightBytes`. Reads up to 4 bytes beyond the last group's pixels and writes a byte too many.
 */
export function horizontal(
  source: usize,
  sourceStride: usize,
  rows: i32,
  out: usize,
  outStride: usize,
  width: i32,
  first: usize,
  groups: usize,
  weights: usize,
  weightBytes: usize,
  precision: i32,
): void {
  const half = i32x4.splat(1 << (precision - 1));
  const zero = i32x4.splat(0);
  // Two rows at a time share the loading of the weights; a last odd row is done twice.
  for (let y = 0; y < rows; y += 2) {
    const down: usize = y + 1 < rows ? sourceStride : 0;
    const outDown: usize = y + 1 < rows ? outStride : 0;
    let to = out;
    for (let x = 0; x < width; x++) {
      let low0 = half;
      let low1 = half;
      let high0 = zero;
      let high1 = zero;
      let from = source + load<u32>(first + ((<usize>x) << 2));
      let weight = weights + <usize>x * weightBytes;
      const end = weight + ((<usize>load<u32>(groups + ((<usize>x) << 2))) << 4);
      while (weight < end) {
        const lowA = v128.load32_splat(weight);
        const highA = v128.load32_splat(weight, 4);
        const lowB = v128.load32_splat(weight, 8);
        const highB = v128.load32_splat(weight, 12);
        const pixels0 = v128.load(from);
        const pixels1 = v128.load(from + down);
        // R0 R1 G0 G1 B0 B1, and R2 R3 G2 G3 B2 B3, as 16-bit numbers.
        const a0 = i8x16.shuffle(pixels0, zero, 0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16);
        const b0 = i8x16.shuffle(pixels0, zero, 6, 16, 9, 16, 7, 16, 10, 16, 8, 16, 11, 16, 16, 16, 16, 16);
        const a1 = i8x16.shuffle(pixels1, zero, 0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16);
        const b1 = i8x16.shuffle(pixels1, zero, 6, 16, 9, 16, 7, 16, 10, 16, 8, 16, 11, 16, 16, 16, 16, 16);
        low0 = i32x4.add(low0, i32x4.add(i32x4.dot_i16x8_s(a0, lowA), i32x4.dot_i16x8_s(b0, lowB)));
        high0 = i32x4.add(high0, i32x4.add(i32x4.dot_i16x8_s(a0, highA), i32x4.dot_i16x8_s(b0, highB)));
        low1 = i32x4.add(low1, i32x4.add(i32x4.dot_i16x8_s(a1, lowA), i32x4.dot_i16x8_s(b1, lowB)));
        high1 = i32x4.add(high1, i32x4.add(i32x4.dot_i16x8_s(a1, highA), i32x4.dot_i16x8_s(b1, highB)));
        weight += 16;
        from += 12;
      }
      const bytes = saturate(total(low0, high0, precision), total(low1, high1, precision), zero, zero);
      v128.store32_lane(to, bytes, 0);
      v128.store32_lane(to + outDown, bytes, 1);
      to += 3;
    }
    source += sourceStride << 1;
    out += outStride << 1;
  }
}

/**
 * Rows of `width` bytes, `sourceStride` apart, become `height` rows without a gap. For each output row `first` holds
 * the byte offset of its first tap's row and `pairs` how many pairs of taps there are. Works on 16 bytes at a time, so
 * it reads up to 15 beyond a row, also of the row after the last tap, and writes up to 15 beyond the last row.
 */
export function vertical(
  source: usize,
  sourceStride: usize,
  out: usize,
  width: i32,
  height: i32,
  first: usize,
  pairs: usize,
  weights: usize,
  weightBytes: usize,
  precision: i32,
): void {
  const half = i32x4.splat(1 << (precision - 1));
  const zero = i32x4.splat(0);
  for (let y = 0; y < height; y++) {
    const start = source + load<u32>(first + ((<usize>y) << 2));
    const end = weights + ((<usize>load<u32>(pairs + ((<usize>y) << 2))) << 3);
    for (let x = 0; x < width; x += 16) {
      let low0 = half;
      let low1 = half;
      let low2 = half;
      let low3 = half;
      let high0 = zero;
      let high1 = zero;
      let high2 = zero;
      let high3 = zero;
      let from = start + <usize>x;
      for (let weight = weights; weight < end; weight += 8) {
        const low = v128.load32_splat(weight);
        const high = v128.load32_splat(weight, 4);
        const upper = v128.load(from);
        const lower = v128.load(from + sourceStride);
        const a = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const b = i8x16.shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        let both = i16x8.extend_low_i8x16_u(a);
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(both, low));
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(both, high));
        both = i16x8.extend_high_i8x16_u(a);
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(both, low));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(both, high));
        both = i16x8.extend_low_i8x16_u(b);
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(both, low));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(both, high));
        both = i16x8.extend_high_i8x16_u(b);
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(both, low));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(both, high));
        from += sourceStride << 1;
      }
      v128.store(
        out + <usize>x,
        saturate(
          total(low0, high0, precision),
          total(low1, high1, precision),
          total(low2, high2, precision),
          total(low3, high3, precision),
        ),
      );
    }
    out += width;
    weights += weightBytes;
  }
}

function total(low: v128, high: v128, precision: i32): v128 {
  return i32x4.shr_s(i32x4.add(low, i32x4.shl(high, 15)), precision);
}

/** Four times four 32-bit numbers to bytes, those below 0 and above 255 cut off: Pillow's clip8. */
function saturate(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}
