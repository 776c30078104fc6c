import { invalidArgument } from './errors.js';
import { checkSize, createImage, type Image, type Size } from './image.js';

/** A part of a picture in whole pixels. */
export interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}

/** Pixels to add at each side. */
export interface Padding {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A rectangle of the picture in whole pixels; throws `invalid-argument` where it is not inside. */
export function crop(image: Image, rectangle: Rectangle): Image {
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

function copyRows(from: Image, left: number, top: number, to: Image, toLeft: number, toTop: number, size: Size): void {
  for (let y = 0; y < size.height; y++) {
    const start = ((top + y) * from.width + left) * 3;
    to.data.set(from.data.subarray(start, start + size.width * 3), ((toTop + y) * to.width + toLeft) * 3);
  }
}
