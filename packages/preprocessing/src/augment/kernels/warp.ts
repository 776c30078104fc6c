import { createImage, type Image, type Size } from '../../image.js';
import type { AffineMatrix } from './affine-matrix.js';
import { type Colour, fillColour } from './colour.js';

export type WarpInterpolation = 'nearest' | 'bilinear';

/**
 * Pillow's `Image.transform(size, AFFINE, matrix, interpolation, fillcolor)`. What lies outside the source gets the fill
 * colour; nearest positions follow the three engines of Geometry.c, whose rounding differs.
 */
export function warp(
  image: Image,
  matrix: AffineMatrix,
  size: Size,
  interpolation: WarpInterpolation,
  fill: Colour,
): Image {
  const out = createImage(size.height, size.width);
  fillColour(out.data, fill);
  if (interpolation === 'bilinear') warpBilinear(image, matrix, out);
  else if (matrix[1] === 0 && matrix[3] === 0) warpScaled(image, matrix, out);
  else if (fitsFixedPoint(matrix, size)) warpFixed(image, matrix, out);
  else warpFloat(image, matrix, out);
  return out;
}

function copyPixel(from: Image, x: number, y: number, out: Image, to: number): void {
  const source = (y * from.width + x) * 3;
  out.data[to] = from.data[source] as number;
  out.data[to + 1] = from.data[source + 1] as number;
  out.data[to + 2] = from.data[source + 2] as number;
}

/** Neither rotation nor shear (`ImagingScaleAffine`): positions are added up pixel by pixel. */
function warpScaled(image: Image, [a, , c, , e, f]: AffineMatrix, out: Image): void {
  const columns = positions(c + a * 0.5, a, out.width, image.width);
  const rows = positions(f + e * 0.5, e, out.height, image.height);
  let to = 0;
  for (const row of rows) {
    for (let x = 0; x < out.width; x++, to += 3) {
      const column = columns[x] as number;
      if (row >= 0 && column >= 0) copyPixel(image, column, row, out, to);
    }
  }
}

/** -1 where the position is outside. */
function positions(start: number, step: number, count: number, limit: number): Int32Array {
  const found = new Int32Array(count);
  let at = start;
  for (let i = 0; i < count; i++, at += step) found[i] = at >= 0 && at < limit ? Math.trunc(at) : -1;
  return found;
}

function fitsFixedPoint([a, b, c, d, e, f]: AffineMatrix, { height, width }: Size): boolean {
  const fits = (x: number, y: number): boolean =>
    Math.abs(x * a + y * b + c) < 32768 && Math.abs(x * d + y * e + f) < 32768;
  return fits(0, 0) && fits(width, height) && fits(0, height) && fits(width, 0);
}

/** `affine_fixed`: 16 bits after the point. */
function warpFixed(image: Image, [a, b, c, d, e, f]: AffineMatrix, out: Image): void {
  const fixed = (x: number): number => Math.floor(x * 65536 + 0.5) | 0;
  const [stepX, lineX, stepY, lineY] = [fixed(a), fixed(b), fixed(d), fixed(e)];
  let startX = fixed(c + a * 0.5 + b * 0.5);
  let startY = fixed(f + d * 0.5 + e * 0.5);
  let to = 0;
  for (let row = 0; row < out.height; row++) {
    let atX = startX;
    let atY = startY;
    for (let column = 0; column < out.width; column++, to += 3) {
      const x = atX >> 16;
      const y = atY >> 16;
      if (x >= 0 && x < image.width && y >= 0 && y < image.height) copyPixel(image, x, y, out, to);
      atX = (atX + stepX) | 0;
      atY = (atY + stepY) | 0;
    }
    startX = (startX + lineX) | 0;
    startY = (startY + lineY) | 0;
  }
}

/** Pictures or matrices beyond 32768. */
function warpFloat(image: Image, [a, b, c, d, e, f]: AffineMatrix, out: Image): void {
  let startX = c + b * 0.5 + a * 0.5;
  let startY = f + e * 0.5 + d * 0.5;
  let to = 0;
  for (let row = 0; row < out.height; row++) {
    let x = startX;
    let y = startY;
    for (let column = 0; column < out.width; column++, to += 3) {
      if (x >= 0 && x < image.width && y >= 0 && y < image.height) {
        copyPixel(image, Math.trunc(x), Math.trunc(y), out, to);
      }
      x += a;
      y += d;
    }
    startX += b;
    startY += e;
  }
}

/** `bilinear_filter32RGB`: in doubles, cut off towards zero; at the border the outermost pixel is taken twice. */
function warpBilinear(image: Image, [a, b, c, d, e, f]: AffineMatrix, out: Image): void {
  const { height, width, data } = image;
  let to = 0;
  for (let row = 0; row < out.height; row++) {
    const centreY = row + 0.5;
    for (let column = 0; column < out.width; column++, to += 3) {
      const centreX = column + 0.5;
      const sourceX = a * centreX + b * centreY + c;
      const sourceY = d * centreX + e * centreY + f;
      if (!(sourceX >= 0 && sourceX < width && sourceY >= 0 && sourceY < height)) continue;
      const x = Math.floor(sourceX - 0.5);
      const y = Math.floor(sourceY - 0.5);
      const dx = sourceX - 0.5 - x;
      const dy = sourceY - 0.5 - y;
      const left = Math.max(x, 0) * 3;
      const right = Math.min(x + 1, width - 1) * 3;
      const upper = Math.max(y, 0) * width * 3;
      const lower = Math.min(y + 1, height - 1) * width * 3;
      for (let channel = 0; channel < 3; channel++) {
        const first = data[upper + left + channel] as number;
        const above = first + ((data[upper + right + channel] as number) - first) * dx;
        const second = data[lower + left + channel] as number;
        const below = second + ((data[lower + right + channel] as number) - second) * dx;
        out.data[to + channel] = Math.trunc(above + (below - above) * dy);
      }
    }
  }
}
