import { crop, type Rectangle } from '../crop.js';
import { invalidArgument } from '../errors.js';
import { checkSize, type Image, type Size } from '../image.js';
import { type Axis, type AxisPlan, coefficientsOf } from './coefficients.js';
import { type Filter, KERNELS } from './filters.js';
import { resizeNearest } from './nearest.js';
import { resample } from './resample.js';

/** A rectangle of the source in its pixels; fractions are allowed. Pillow's (left, upper, right, lower). */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface ResizeOptions extends Size {
  readonly filter: Filter;
  /** The part of the picture that is resized; the whole of it where absent. */
  readonly box?: Box;
  /** The part of the result that is wanted, in its own pixels: as a crop afterwards, but the rest is not computed. */
  readonly only?: Rectangle;
}

/**
 * Pillow's `Image.resize((width, height), filter, box)`, bit for bit: antialiased when shrinking, horizontal pass
 * first, 22-bit fixed point, rounded to 8 bits between the passes (Pillow 3.4 to 12; Pillow 13 goes vertically first
 * where that is cheaper, which may differ by one grey level). An unchanged size gives back the same object.
 *
 * Throws `invalid-argument` for a size that is not positive or a box that is empty or leaves the picture.
 */
export function resize(image: Image, options: ResizeOptions): Image {
  return resizeBy(resample, image, options);
}

/** How the two passes of a resize are computed. */
export type Resampler = (image: Image, columns: Axis, rows: Axis) => Image;

/** `resize` with passes of one's choice: the tests compare the ways in which they can be computed. */
export function resizeBy(resampler: Resampler, image: Image, options: ResizeOptions): Image {
  const { height, width, filter } = options;
  checkSize('resize', options);
  const box = resolveBox(image, options.box);
  const only = resolveOnly(options);
  if (filter !== 'nearest' && !Object.hasOwn(KERNELS, filter)) {
    throw invalidArgument(`filter must be nearest or one of ${Object.keys(KERNELS).join(', ')}, got ${filter}`);
  }
  const columnsStay = width === image.width && box.left === 0 && box.right === width;
  const rowsStay = height === image.height && box.top === 0 && box.bottom === height;
  if (columnsStay && rowsStay) return crop(image, only);
  if (filter === 'nearest') return resizeNearest(image, options, box, only);
  const axis = (stays: boolean, plan: AxisPlan): Axis =>
    stays ? { start: plan.start, size: plan.wanted } : coefficientsOf(plan, filter);
  const columns = axis(columnsStay, {
    sourceSize: image.width,
    from: box.left,
    to: box.right,
    size: width,
    start: only.left,
    wanted: only.width,
  });
  const rows = axis(rowsStay, {
    sourceSize: image.height,
    from: box.top,
    to: box.bottom,
    size: height,
    start: only.top,
    wanted: only.height,
  });
  return resampler(image, columns, rows);
}

/** Pillow keeps the box as C floats. */
function resolveBox(image: Image, box: Box | undefined): Box {
  if (!box) return { left: 0, top: 0, right: image.width, bottom: image.height };
  const left = Math.fround(box.left);
  const top = Math.fround(box.top);
  const right = Math.fround(box.right);
  const bottom = Math.fround(box.bottom);
  const inside = left >= 0 && top >= 0 && right <= image.width && bottom <= image.height;
  if (!(inside && right > left && bottom > top)) {
    throw invalidArgument(
      `the box must be a part of the ${image.width}x${image.height} picture, got ${JSON.stringify(box)}`,
    );
  }
  return { left, top, right, bottom };
}

function resolveOnly({ height, width, only }: ResizeOptions): Rectangle {
  if (!only) return { left: 0, top: 0, height, width };
  const { left, top } = only;
  checkSize('the part of the result', only);
  const whole = Number.isInteger(left) && Number.isInteger(top) && left >= 0 && top >= 0;
  if (!(whole && left + only.width <= width && top + only.height <= height)) {
    throw invalidArgument(`the part must be inside the ${width}x${height} result, got ${JSON.stringify(only)}`);
  }
  return only;
}
