import { invalidArgument } from '../../errors.js';
import type { Image, Size } from '../../image.js';
import { orient } from '../../orient.js';
import { type AffineParameters, affineMatrix, rotationMatrix } from './affine-matrix.js';
import type { Colour } from './colour.js';
import { type WarpInterpolation, warp } from './warp.js';

/** How what is warped is sampled and what lies outside; torchvision's names and defaults. */
export interface WarpOptions {
  /** `'nearest'` where absent. */
  readonly interpolation?: WarpInterpolation;
  /** Black where absent. */
  readonly fill?: Colour;
}

/** torchvision's `F.affine` of a PIL picture; the size stays. */
export function affine(image: Image, parameters: AffineParameters, options: WarpOptions = {}): Image {
  return warp(image, affineMatrix(parameters, image), image, options.interpolation ?? 'nearest', options.fill ?? 0);
}

export interface RotateOptions extends WarpOptions {
  /** Whether the picture grows so that no corner is lost; false where absent. */
  readonly expand?: boolean;
}

/** torchvision's `F.rotate` of a PIL picture: `angle` degrees counter-clockwise about the middle. */
export function rotate(image: Image, angle: number, options: RotateOptions = {}): Image {
  const expand = options.expand ?? false;
  const turn = normaliseAngle(angle);
  if (turn === 0) return image;
  // Pillow moves whole pixels for right angles. The numbers are EXIF's orientations.
  if (turn === 180) return orient(image, 3);
  if ((turn === 90 || turn === 270) && (expand || image.width === image.height)) {
    return orient(image, turn === 90 ? 8 : 6);
  }
  const { matrix, size } = rotationMatrix(turn, image, expand);
  return warp(image, matrix, size, options.interpolation ?? 'nearest', options.fill ?? 0);
}

/** The size of a rotated picture. */
export function rotatedSize(size: Size, angle: number, expand: boolean): Size {
  const turn = normaliseAngle(angle);
  if (!expand || turn === 0 || turn === 180) return { height: size.height, width: size.width };
  if (turn === 90 || turn === 270) return { height: size.width, width: size.height };
  return rotationMatrix(turn, size, true).size;
}

/** Python's `angle % 360`: from 0 up to 360. */
function normaliseAngle(angle: number): number {
  if (!Number.isFinite(angle)) throw invalidArgument(`rotate: the angle must be a number of degrees, got ${angle}`);
  const turn = angle % 360;
  return turn < 0 ? turn + 360 : turn + 0;
}
