import type { Image } from '../image.js';
import type { Axis } from './coefficients.js';
import { resamplePlain } from './plain.js';
import { resampleSimd } from './simd.js';

/** The horizontal pass, then the vertical one; the way it is computed changes no bit of the result. */
export function resample(image: Image, columns: Axis, rows: Axis): Image {
  return resampleSimd(image, columns, rows) ?? resamplePlain(image, columns, rows);
}
