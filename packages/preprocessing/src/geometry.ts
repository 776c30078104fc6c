import { invalidArgument } from './errors.js';
import { checkSize, createImage, type Image, type Size } from './image.js';
import { orient } from './orient.js';
import type { Filter } from './resize/filters.js';
import { resize } from './resize/resize.js';

/** Pixels to add at each side. */
export interface Padding {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The size whose shorter side is `size` and whose longer side keeps the aspect, rounded down: torchvision's
 * `Resize(size)` computes `int(size * long / short)`.
 */
export function shorterSideSize({ height, width }: Size, size: number): Size {
  const long = Math.trunc((size * Math.max(height, width)) / Math.min(height, width));
  return width <= height ? { height: long, width: size } : { height: size, width: long };
}

/** torchvision's `Resize(size)` on a PIL picture. */
export function resizeShorterSide(image: Image, size: number, filter: Filter): Image {
  return resize(image, { ...shorterSideSize(image, size), filter });
}

/** A rectangle of the picture in whole pixels; throws `invalid-argument` where it is not inside. */
export function crop(image: Image, rectangle: Size & { readonly left: number; readonly top: number }): Image {
  const { left, top, height, width } = rectangle;
  checkSize('crop', rectangle);
  const whole = Number.isInteger(left) && Number.isInteger(top);
  if (!(whole && left >= 0 && top >= 0 && left + width <= image.width && top + height <= image.height)) {
    throw invalidArgument(
      `the crop must be inside the ${image.width}x${image.height} picture, got ${JSON.stringify(rectangle)}`,
    );
  }
  if (width === image.width && height === image.height) return image;
  const out = createImage(height, width);
  copyRows(image, left, top, out, 0, 0, { height, width });
  return out;
}

/** Adds pixels of one value (0..255; black where absent) at each side. */
export function padConstant(image: Image, { left, top, right, bottom }: Padding, value = 0): Image {
  if (![left, top, right, bottom].every((side) => Number.isInteger(side) && side >= 0)) {
    throw invalidArgument(`padding must be whole numbers of at least 0, got ${[left, top, right, bottom].join(', ')}`);
  }
  const out = createImage(image.height + top + bottom, image.width + left + right);
  if (value !== 0) out.data.fill(value);
  copyRows(image, 0, 0, out, left, top, image);
  return out;
}

/**
 * torchvision's `CenterCrop`: where the picture is smaller than the crop it is padded with black first (the odd pixel
 * at the right and bottom); the offset is half the difference, rounded half to even as Python's `round`.
 */
export function centerCrop(image: Image, size: Size): Image {
  checkSize('centerCrop', size);
  const missingX = Math.max(0, size.width - image.width);
  const missingY = Math.max(0, size.height - image.height);
  const padded =
    missingX + missingY === 0
      ? image
      : padConstant(image, {
          left: Math.floor(missingX / 2),
          top: Math.floor(missingY / 2),
          right: Math.ceil(missingX / 2),
          bottom: Math.ceil(missingY / 2),
        });
  const left = roundHalfToEven((padded.width - size.width) / 2);
  const top = roundHalfToEven((padded.height - size.height) / 2);
  return crop(padded, { left, top, ...pickSize(size) });
}

/** The largest square around the centre. */
export function centerSquare(image: Image): Image {
  const side = Math.min(image.height, image.width);
  return centerCrop(image, { height: side, width: side });
}

/** Mirrors left to right. */
export function flipHorizontal(image: Image): Image {
  return orient(image, 2);
}

function copyRows(from: Image, left: number, top: number, to: Image, toLeft: number, toTop: number, size: Size): void {
  for (let y = 0; y < size.height; y++) {
    const start = ((top + y) * from.width + left) * 3;
    to.data.set(from.data.subarray(start, start + size.width * 3), ((toTop + y) * to.width + toLeft) * 3);
  }
}

function pickSize({ height, width }: Size): Size {
  return { height, width };
}

/** For halves, as they come here. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 && floor % 2 === 0 ? floor : Math.round(x);
}
