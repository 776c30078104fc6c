import { invalidArgument } from '../../errors.js';
import type { Size } from '../../image.js';
import { exactCos, exactSin, exactTan } from '../exact-math.js';

/**
 * Where an output pixel (x, y) comes from: (a x + b y + c, d x + e y + f), in continuous coordinates whose pixel centres
 * are at halves. The order of Pillow's `Image.transform(size, AFFINE, data)`.
 */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** torchvision's parameters of `F.affine`; angles in degrees, `translate` in pixels to the right and down. */
export interface AffineParameters {
  /** Clockwise. */
  readonly angle: number;
  readonly translate: readonly [x: number, y: number];
  readonly scale: number;
  readonly shear: readonly [x: number, y: number];
  /** The point that stays, in pixels from the upper left corner; the middle of the picture where absent. */
  readonly center?: readonly [x: number, y: number];
}

const radians = (degrees: number): number => degrees * (Math.PI / 180);

/** `_get_inverse_affine_matrix` of torchvision/transforms/functional.py, in its order of operations. */
export function affineMatrix(parameters: AffineParameters, size: Size): AffineMatrix {
  const { angle, translate, scale, shear } = parameters;
  const [centerX, centerY] = parameters.center ?? [size.width * 0.5, size.height * 0.5];
  const numbers = [angle, ...translate, scale, ...shear, centerX, centerY];
  if (!(numbers.every(Number.isFinite) && scale > 0)) {
    throw invalidArgument(`affine needs finite numbers and a positive scale, got ${JSON.stringify(parameters)}`);
  }
  const turn = radians(angle);
  const [shearX, shearY] = [radians(shear[0]), radians(shear[1])];
  // Rotation and shear, from which the inverse follows: their determinant is 1.
  const a = exactCos(turn - shearY) / exactCos(shearY);
  const b = (-exactCos(turn - shearY) * exactTan(shearX)) / exactCos(shearY) - exactSin(turn);
  const c = exactSin(turn - shearY) / exactCos(shearY);
  const d = (-exactSin(turn - shearY) * exactTan(shearX)) / exactCos(shearY) + exactCos(turn);
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale];
  const [backX, backY] = [-centerX - translate[0], -centerY - translate[1]];
  return [xx, xy, xx * backX + xy * backY + centerX, yx, yy, yx * backX + yy * backY + centerY];
}

/** Pillow's `Image.rotate`: counter-clockwise about the middle. `expand` makes the picture large enough for all of it. */
export function rotationMatrix(
  degrees: number,
  { height, width }: Size,
  expand: boolean,
): { readonly matrix: AffineMatrix; readonly size: Size } {
  const angle = -radians(degrees);
  // Pillow rounds to 15 decimals, so that a right angle is one.
  const cos = Number(exactCos(angle).toFixed(15));
  const sin = Number(exactSin(angle).toFixed(15));
  const [centerX, centerY] = [width / 2, height / 2];
  let x = cos * -centerX + sin * -centerY + centerX;
  let y = -sin * -centerX + cos * -centerY + centerY;
  if (!expand) return { matrix: [cos, sin, x, -sin, cos, y], size: { height, width } };
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ] as const;
  const xs = corners.map(([cx, cy]) => cos * cx + sin * cy + x);
  const ys = corners.map(([cx, cy]) => -sin * cx + cos * cy + y);
  const size = {
    width: Math.ceil(Math.max(...xs)) - Math.floor(Math.min(...xs)),
    height: Math.ceil(Math.max(...ys)) - Math.floor(Math.min(...ys)),
  };
  const [shiftX, shiftY] = [-(size.width - width) / 2, -(size.height - height) / 2];
  [x, y] = [cos * shiftX + sin * shiftY + x, -sin * shiftX + cos * shiftY + y];
  return { matrix: [cos, sin, x, -sin, cos, y], size };
}
