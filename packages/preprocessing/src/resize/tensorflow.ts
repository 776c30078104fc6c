import { invalidArgument } from '../errors.js';
import { createFloatImage, type FloatImage, toFloatImage } from '../float-image.js';
import { checkSize, type Image, type Size } from '../image.js';
import { type FloatAxis, gatherFloats, narrowFloats, shortenFloats } from './float-passes.js';
import { areaAxis, cubicAxis, nearestPositions, spanAxis, TENSORFLOW_KERNELS } from './tensorflow-axes.js';

/** The methods of `tf.image.ResizeMethod`. */
export type TensorflowMethod =
  | 'nearest'
  | 'bilinear'
  | 'bicubic'
  | 'area'
  | 'lanczos3'
  | 'lanczos5'
  | 'gaussian'
  | 'mitchellcubic';

export interface TensorflowResizeOptions extends Size {
  /** `'bilinear'` where absent, as in TensorFlow. */
  readonly method?: TensorflowMethod;
  /** False where absent, as in TensorFlow. Says nothing for `nearest` and `area`. */
  readonly antialias?: boolean;
}

/** Those that leave a picture of the right size as it is. */
const INTERPOLATING: readonly string[] = ['nearest', 'bilinear', 'bicubic', 'area'];

const METHODS: readonly string[] = ['nearest', 'area', ...Object.keys(TENSORFLOW_KERNELS)];

/**
 * TensorFlow 2's `tf.image.resize(images, (height, width), method, antialias=antialias)` with its half-pixel centres:
 * float32 out, whatever went in, and every operation rounded to float32 in the order of TensorFlow's CPU kernels. Bytes
 * are taken as 0..255. An unchanged size gives the values back, but with `lanczos`, `gaussian` and `mitchellcubic`, which smooth.
 *
 * Throws `invalid-argument` for a size that is not positive and for an unknown method.
 */
export function resizeTensorflow(picture: Image | FloatImage, options: TensorflowResizeOptions): FloatImage {
  const { height, width, method = 'bilinear', antialias = false } = options;
  checkSize('resizeTensorflow', options);
  if (!METHODS.includes(method)) throw invalidArgument(`method must be one of ${METHODS.join(', ')}, got ${method}`);
  const image = picture.data instanceof Float32Array ? (picture as FloatImage) : toFloatImage(picture as Image);
  const smooths = !INTERPOLATING.includes(method);
  if (image.height === height && image.width === width && !smooths) return image;
  switch (method) {
    case 'nearest':
      return gatherFloats(image, nearestPositions(image.width, width), nearestPositions(image.height, height));
    case 'area':
      return resizeArea(image, options);
    case 'bilinear':
      return antialias ? resizeSpans(image, options, method, true) : resizeLerp(image, options);
    case 'bicubic':
      return antialias
        ? resizeSpans(image, options, method, true)
        : rowsFirst(image, cubicAxis(image.width, width), cubicAxis(image.height, height));
    default:
      return resizeSpans(image, options, method, antialias);
  }
}

/** ScaleAndTranslate and ResizeBicubic go over the rows first. */
function rowsFirst(image: FloatImage, columns: FloatAxis, rows: FloatAxis): FloatImage {
  return narrowFloats(shortenFloats(image, rows), columns);
}

function resizeSpans(
  image: FloatImage,
  { height, width }: Size,
  name: keyof typeof TENSORFLOW_KERNELS,
  antialias: boolean,
): FloatImage {
  const kernel = TENSORFLOW_KERNELS[name];
  const columns = spanAxis(image.width, width, kernel, antialias);
  return rowsFirst(image, columns, spanAxis(image.height, height, kernel, antialias));
}

/** ResizeBilinear: `a + (b - a) * t` along the rows, then between them. */
function resizeLerp(image: FloatImage, { height, width }: Size): FloatImage {
  const { fround } = Math;
  const columns = lerpAxis(image.width, width);
  const rows = lerpAxis(image.height, height);
  const { data } = image;
  const out = createFloatImage(height, width);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const upper = (rows.lower[y] as number) * image.width * 3;
    const lower = (rows.upper[y] as number) * image.width * 3;
    const down = rows.share[y] as number;
    for (let x = 0; x < width; x++) {
      const left = (columns.lower[x] as number) * 3;
      const right = (columns.upper[x] as number) * 3;
      const across = columns.share[x] as number;
      for (let c = 0; c < 3; c++) {
        const a = data[upper + left + c] as number;
        const b = data[lower + left + c] as number;
        const top = fround(a + fround(fround((data[upper + right + c] as number) - a) * across));
        const bottom = fround(b + fround(fround((data[lower + right + c] as number) - b) * across));
        out.data[to++] = top + fround(fround(bottom - top) * down);
      }
    }
  }
  return out;
}

function lerpAxis(source: number, size: number): { lower: Int32Array; upper: Int32Array; share: Float32Array } {
  const scale = Math.fround(source / size);
  const lower = new Int32Array(size);
  const upper = new Int32Array(size);
  const share = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const at = Math.fround(Math.fround(Math.fround(i + 0.5) * scale) - 0.5);
    lower[i] = Math.max(0, Math.floor(at));
    upper[i] = Math.min(source - 1, Math.ceil(at));
    share[i] = at - Math.floor(at);
  }
  return { lower, upper, share };
}

/** ResizeArea: the mean over the rectangle of the source that a pixel covers; along the rows first, the scale last. */
function resizeArea(image: FloatImage, { height, width }: Size): FloatImage {
  const narrow = narrowFloats(image, areaAxis(image.width, width));
  const out = shortenFloats(narrow, areaAxis(image.height, height));
  const scaleY = Math.fround(image.height / height);
  const scaleX = Math.fround(image.width / width);
  const scale = Math.fround(1 / Math.fround(scaleY * scaleX));
  for (let i = 0; i < out.data.length; i++) out.data[i] = (out.data[i] as number) * scale;
  return out;
}
