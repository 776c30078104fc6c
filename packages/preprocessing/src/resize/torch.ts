import { invalidArgument } from '../errors.js';
import type { FloatImage } from '../float-image.js';
import { checkSize, type Image, type Size } from '../image.js';
import type { Axis } from './coefficients.js';
import { type FloatAxis, gatherFloats, narrowFloats, shortenFloats } from './float-passes.js';
import { gather } from './nearest.js';
import { resample } from './resample.js';
import { floatAxisOf, isSmallResult, nearestPositions, uint8AxisOf } from './torch-axes.js';

/** Values of torchvision's `InterpolationMode` that resize tensors. */
export type TorchInterpolation = 'nearest' | 'nearest-exact' | 'bilinear' | 'bicubic';

export interface TorchResizeOptions extends Size {
  /** `'bilinear'` where absent, as in torchvision. */
  readonly interpolation?: TorchInterpolation;
  /** True where absent, as in torchvision since 0.17. Says nothing for the nearest modes. */
  readonly antialias?: boolean;
}

const MODES: readonly string[] = ['nearest', 'nearest-exact', 'bilinear', 'bicubic'];

/**
 * torchvision's `resize` of tensors, which is `torch.nn.functional.interpolate` with `align_corners=False`. It differs
 * from its resize of PIL pictures (`resize` here): without antialiasing the neighbours alone are weighed, bicubic then has
 * a = -0.75, and bytes are computed with 16-bit weights. Bytes in, bytes out, to the bit (torch's own uint8 path, which
 * it takes on processors with AVX2 and on ARM); floats in, floats out.
 *
 * Throws `invalid-argument` for a size that is not positive and for an unknown interpolation.
 */
export function resizeTorch(image: Image, options: TorchResizeOptions): Image;
export function resizeTorch(image: FloatImage, options: TorchResizeOptions): FloatImage;
export function resizeTorch(image: Image | FloatImage, options: TorchResizeOptions): Image | FloatImage {
  const { height, width, interpolation = 'bilinear', antialias = true } = options;
  checkSize('resizeTorch', options);
  if (!MODES.includes(interpolation)) {
    throw invalidArgument(`interpolation must be one of ${MODES.join(', ')}, got ${interpolation}`);
  }
  if (image.height === height && image.width === width) return image;
  const small = isSmallResult(height, width);
  if (interpolation === 'nearest' || interpolation === 'nearest-exact') {
    const columns = nearestPositions(image.width, width, interpolation, small);
    const rows = nearestPositions(image.height, height, interpolation, small);
    return isFloat(image) ? gatherFloats(image, columns, rows) : gather(image, columns, rows);
  }
  if (isFloat(image)) {
    const axis = (source: number, size: number): FloatAxis =>
      floatAxisOf(source, size, interpolation, antialias, small);
    const narrow = image.width === width ? image : narrowFloats(image, axis(image.width, width));
    return image.height === height ? narrow : shortenFloats(narrow, axis(image.height, height));
  }
  const axis = (source: number, size: number): Axis =>
    source === size ? { start: 0, size } : uint8AxisOf(source, size, interpolation, antialias);
  return resample(image, axis(image.width, width), axis(image.height, height));
}

function isFloat(image: Image | FloatImage): image is FloatImage {
  return image.data instanceof Float32Array;
}
