import { invalidArgument } from '../errors.js';
import { centerCrop, crop, flipHorizontal, padConstant, shorterSideSize } from '../geometry.js';
import type { Image, Size } from '../image.js';
import { orient } from '../orient.js';
import type { Filter } from '../resize/filters.js';
import { resize } from '../resize/resize.js';
import { affine, type RotateOptions, rotate, rotatedSize, type WarpOptions } from './kernels/affine.js';
import type { AffineParameters } from './kernels/affine-matrix.js';
import { type Colour, fillColour } from './kernels/colour.js';
import { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from './kernels/enhance.js';
import { type EraseValue, erase, type Rectangle } from './kernels/erase.js';
import { gaussianBlur } from './kernels/gaussian-blur.js';
import { toGrey } from './kernels/grey.js';
import { adjustHue } from './kernels/hue.js';
import { autocontrast, equalize, invert, posterize, solarize } from './kernels/tone.js';

/**
 * One deterministic step, as plain data. Random augmentations are drawn into these, so what was done to a sample can be
 * printed, stored and done again.
 */
export type Operation =
  | ({ readonly op: 'crop' } & Rectangle)
  | { readonly op: 'center-crop'; readonly height: number; readonly width: number }
  /** Pixels added on each side. */
  | { readonly op: 'pad'; readonly padding: number; readonly fill: Colour }
  | { readonly op: 'resize'; readonly height: number; readonly width: number; readonly interpolation: Filter }
  /** The shorter side gets `size` pixels. */
  | { readonly op: 'resize-shorter-side'; readonly size: number; readonly interpolation: Filter }
  | { readonly op: 'flip-horizontal' | 'flip-vertical' }
  | ({ readonly op: 'rotate'; readonly angle: number } & RotateOptions)
  | ({ readonly op: 'affine' } & AffineParameters & WarpOptions)
  | {
      readonly op: 'brightness' | 'contrast' | 'saturation' | 'sharpness' | 'hue';
      readonly factor: number;
    }
  | { readonly op: 'grey' | 'autocontrast' | 'equalize' | 'invert' }
  | { readonly op: 'posterize'; readonly bits: number }
  | { readonly op: 'solarize'; readonly threshold: number }
  | {
      readonly op: 'gaussian-blur';
      readonly kernelSize: readonly [width: number, height: number];
      readonly sigma: readonly [x: number, y: number];
    }
  | ({ readonly op: 'erase'; readonly value: EraseValue } & Rectangle);

/** What an operation makes of a picture. The picture itself is never written to; it may be what is given back. */
export function applyOperation(image: Image, operation: Operation): Image {
  switch (operation.op) {
    case 'crop':
      return crop(image, operation);
    case 'center-crop':
      return centerCrop(image, operation);
    case 'pad':
      return pad(image, operation.padding, operation.fill);
    case 'resize':
      return resize(image, { height: operation.height, width: operation.width, filter: operation.interpolation });
    case 'resize-shorter-side':
      return resize(image, { ...shorterSideSize(image, operation.size), filter: operation.interpolation });
    case 'flip-horizontal':
      return flipHorizontal(image);
    case 'flip-vertical':
      return orient(image, 4);
    case 'rotate':
      return rotate(image, operation.angle, operation);
    case 'affine':
      return affine(image, operation, operation);
    case 'brightness':
      return adjustBrightness(image, operation.factor);
    case 'contrast':
      return adjustContrast(image, operation.factor);
    case 'saturation':
      return adjustSaturation(image, operation.factor);
    case 'sharpness':
      return adjustSharpness(image, operation.factor);
    case 'hue':
      return adjustHue(image, operation.factor);
    case 'grey':
      return toGrey(image);
    case 'autocontrast':
      return autocontrast(image);
    case 'equalize':
      return equalize(image);
    case 'invert':
      return invert(image);
    case 'posterize':
      return posterize(image, operation.bits);
    case 'solarize':
      return solarize(image, operation.threshold);
    case 'gaussian-blur':
      return gaussianBlur(image, operation.kernelSize, operation.sigma);
    case 'erase':
      return erase(image, operation, operation.value);
    default:
      throw invalidArgument(`no such operation: ${JSON.stringify(operation satisfies never)}`);
  }
}

/** The size after an operation, from the size before it: later draws need it, and no pixel. */
export function sizeAfter(size: Size, operation: Operation): Size {
  switch (operation.op) {
    case 'crop':
    case 'center-crop':
    case 'resize':
      return { height: operation.height, width: operation.width };
    case 'pad':
      return { height: size.height + 2 * operation.padding, width: size.width + 2 * operation.padding };
    case 'resize-shorter-side':
      return shorterSideSize(size, operation.size);
    case 'rotate':
      return rotatedSize(size, operation.angle, operation.expand ?? false);
    default:
      return size;
  }
}

function pad(image: Image, padding: number, fill: Colour): Image {
  const out = padConstant(image, { left: padding, top: padding, right: padding, bottom: padding });
  if (padding === 0 || fill === 0) return out;
  fillColour(out.data, fill);
  const row = image.width * 3;
  for (let y = 0; y < image.height; y++) {
    out.data.set(image.data.subarray(y * row, (y + 1) * row), ((y + padding) * out.width + padding) * 3);
  }
  return out;
}
