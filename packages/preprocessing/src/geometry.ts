import { crop, padConstant, type Rectangle } from './crop.js';
import { invalidArgument } from './errors.js';
import { checkSize, type Image, type Size } from './image.js';
import { orient } from './orient.js';
import type { Filter } from './resize/filters.js';
import { type Box, resize } from './resize/resize.js';

export { crop, type Padding, padConstant, type Rectangle } from './crop.js';

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

/**
 * torchvision's `CenterCrop`: where the picture is smaller than the crop it is padded with black first (the odd pixel
 * at the right and bottom).
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
  return crop(padded, centred(padded, size));
}

/** What `centerCrop` cuts out of a picture of this size; undefined where it has to pad. */
export function centerCropRectangle(source: Size, size: Size): Rectangle | undefined {
  checkSize('centerCrop', size);
  return size.width <= source.width && size.height <= source.height ? centred(source, size) : undefined;
}

/** The offset is half the difference, rounded half to even as Python's `round`. */
function centred(source: Size, { height, width }: Size): Rectangle {
  const left = roundHalfToEven((source.width - width) / 2);
  const top = roundHalfToEven((source.height - height) / 2);
  return { left, top, height, width };
}

/** The largest square around the centre. */
export function centerSquare(image: Image): Image {
  const side = Math.min(image.height, image.width);
  return centerCrop(image, { height: side, width: side });
}

/**
 * The part of the source that Keras's `load_img(keep_aspect_ratio=True)` resizes: the largest centred rectangle with the
 * target's aspect, in whole pixels. It is a box of `resize`, not a crop before it: the filter reads beyond its edge.
 * It has at least one pixel, where Keras fails on an empty one.
 */
export function keepAspectBox(source: Size, target: Size): Box {
  const part = (whole: number, wanted: number): number => Math.min(whole, Math.max(1, Math.floor(wanted)));
  const height = part(source.height, (source.width * target.height) / target.width);
  const width = part(source.width, (source.height * target.width) / target.height);
  const top = Math.floor((source.height - height) / 2);
  const left = Math.floor((source.width - width) / 2);
  return { left, top, right: left + width, bottom: top + height };
}

/** torchvision's `FiveCrop`: top left, top right, bottom left, bottom right, centre. */
export function fiveCrop(image: Image, size: Size): [Image, Image, Image, Image, Image] {
  const right = image.width - size.width;
  const bottom = image.height - size.height;
  const at = (left: number, top: number): Image => crop(image, { left, top, height: size.height, width: size.width });
  return [at(0, 0), at(right, 0), at(0, bottom), at(right, bottom), centerCrop(image, size)];
}

/** torchvision's `TenCrop`: the five crops, then those of the picture mirrored left to right (AlexNet's ten views). */
export function tenCrop(image: Image, size: Size): Image[] {
  return [...fiveCrop(image, size), ...fiveCrop(flipHorizontal(image), size)];
}

/** The shorter side before a centre crop of `size` pixels that keeps `cropPct` of it: timm's `floor(size / crop_pct)`. */
export function resizeSizeFor(size: number, cropPct: number): number {
  if (!(cropPct > 0 && cropPct <= 1)) throw invalidArgument(`cropPct must be above 0 and at most 1, got ${cropPct}`);
  return Math.floor(size / cropPct);
}

/** Mirrors left to right. */
export function flipHorizontal(image: Image): Image {
  return orient(image, 2);
}

/** For halves, as they come here. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 && floor % 2 === 0 ? floor : Math.round(x);
}
