import { invalidArgument } from '../errors.js';
import { checkSize, type Image, type Size } from '../image.js';
import { computeCoefficients } from './coefficients.js';
import { type Filter, KERNELS } from './filters.js';
import { resizeNearest } from './nearest.js';
import { resampleColumns, resampleRows } from './resample.js';

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
}

/**
 * Pillow's `Image.resize((width, height), filter, box)`, bit for bit: antialiased when shrinking, horizontal pass
 * first, 22-bit fixed point, rounded to 8 bits between the passes (Pillow 3.4 to 12; Pillow 13 goes vertically first
 * where that is cheaper, which may differ by one grey level). An unchanged size gives back the same object.
 *
 * Throws `invalid-argument` for a size that is not positive or a box that is empty or leaves the picture.
 */
export function resize(image: Image, options: ResizeOptions): Image {
  const { height, width, filter } = options;
  checkSize('resize', options);
  const box = resolveBox(image, options.box);
  if (filter !== 'nearest' && !Object.hasOwn(KERNELS, filter)) {
    throw invalidArgument(`filter must be nearest or one of ${Object.keys(KERNELS).join(', ')}, got ${filter}`);
  }
  const columnsStay = width === image.width && box.left === 0 && box.right === width;
  const rowsStay = height === image.height && box.top === 0 && box.bottom === height;
  if (columnsStay && rowsStay) return image;
  if (filter === 'nearest') return resizeNearest(image, options, box);
  const kernel = KERNELS[filter];
  const vertical = computeCoefficients(image.height, box.top, box.bottom, height, kernel);
  // The horizontal pass leaves out the rows that the vertical pass will not read.
  const firstRow = columnsStay ? 0 : (vertical.first[0] as number);
  const lastRow = (vertical.first[height - 1] as number) + (vertical.count[height - 1] as number);
  const narrowed = columnsStay
    ? image
    : resampleColumns(
        image,
        computeCoefficients(image.width, box.left, box.right, width, kernel),
        rowsStay ? 0 : firstRow,
        rowsStay ? image.height : lastRow - firstRow,
      );
  return rowsStay ? narrowed : resampleRows(narrowed, vertical, firstRow);
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
