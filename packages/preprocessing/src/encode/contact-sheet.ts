import { invalidArgument } from '../errors.js';
import { createImage, type Image, type Size } from '../image.js';
import type { Filter } from '../resize/filters.js';
import { resize } from '../resize/resize.js';

export type Colour = readonly [red: number, green: number, blue: number];

export interface ContactSheetOptions {
  /** Pictures in a row; the square root of their number, rounded up, where absent. */
  readonly columns?: number;
  /** Pixels of a cell; the largest picture's height and width where absent. */
  readonly cell?: Size;
  /** Pixels between cells and around them; 4 where absent. */
  readonly gap?: number;
  /** Behind and between the pictures; white where absent. */
  readonly background?: Colour;
  /** For pictures that do not fit their cell and are made smaller; `'bilinear'` where absent. */
  readonly filter?: Filter;
}

const WHITE: Colour = [255, 255, 255];

/**
 * Pictures in a grid, row by row, each in the middle of its cell. Those that are larger than a cell are made smaller
 * with their aspect kept; none is made larger. Throws `invalid-argument` for no pictures or options that cannot be.
 */
export function contactSheet(images: readonly Image[], options: ContactSheetOptions = {}): Image {
  if (images.length === 0) throw invalidArgument('a contact sheet needs at least one picture');
  const {
    columns = Math.ceil(Math.sqrt(images.length)),
    cell = largest(images),
    gap = 4,
    background = WHITE,
    filter = 'bilinear',
  } = options;
  checkCount('columns', columns, 1);
  checkCount('gap', gap, 0);
  checkCount('cell.height', cell.height, 1);
  checkCount('cell.width', cell.width, 1);
  const rows = Math.ceil(images.length / columns);
  const sheet = createImage(rows * (cell.height + gap) + gap, columns * (cell.width + gap) + gap);
  for (let at = 0; at < sheet.data.length; at += 3) sheet.data.set(background, at);
  for (const [i, image] of images.entries()) {
    const fitted = fit(image, cell, filter);
    const top = gap + Math.floor(i / columns) * (cell.height + gap) + Math.floor((cell.height - fitted.height) / 2);
    const left = gap + (i % columns) * (cell.width + gap) + Math.floor((cell.width - fitted.width) / 2);
    paste(sheet, fitted, top, left);
  }
  return sheet;
}

function largest(images: readonly Image[]): Size {
  const most = (side: (image: Image) => number): number => images.reduce((max, image) => Math.max(max, side(image)), 1);
  return { height: most(({ height }) => height), width: most(({ width }) => width) };
}

function fit(image: Image, cell: Size, filter: Filter): Image {
  const scale = Math.min(cell.height / image.height, cell.width / image.width);
  if (scale >= 1) return image;
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return resize(image, { height: side(image.height), width: side(image.width), filter });
}

function paste(sheet: Image, { width, height, data }: Image, top: number, left: number): void {
  for (let y = 0; y < height; y++) {
    sheet.data.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * sheet.width + left) * 3);
  }
}

function checkCount(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw invalidArgument(`${name} must be a whole number of at least ${least}, got ${value}`);
  }
}
