import { invalidArgument } from '../../errors.js';
import { createImage, type Image } from '../../image.js';
import { exactExp } from '../exact-math.js';

/**
 * torchvision's `F.gaussian_blur`, which blurs PIL pictures as float tensors: a kernel of `kernelSize` (odd, width and
 * height) with standard deviation `sigma` in pixels, borders mirrored, rounded half to even. Here the two passes are
 * sums of doubles; torch adds up one two-dimensional kernel in floats, so a value within 1e-5 of a half may differ by 1.
 *
 * Throws `invalid-argument` where the mirrored border is not inside the picture (torch refuses it too).
 */
export function gaussianBlur(
  image: Image,
  kernelSize: readonly [width: number, height: number],
  sigma: readonly [x: number, y: number],
): Image {
  const { height, width, data } = image;
  const [kernelX, kernelY] = [gaussian(kernelSize[0], sigma[0]), gaussian(kernelSize[1], sigma[1])];
  const [halfX, halfY] = [(kernelX.length - 1) / 2, (kernelY.length - 1) / 2];
  if (halfX >= width || halfY >= height) {
    throw invalidArgument(
      `gaussianBlur: a kernel of ${kernelSize.join('x')} is too large for a picture of ${width}x${height}`,
    );
  }
  const stride = width * 3;
  const columns = mirrored(width, halfX);
  const rows = mirrored(height, halfY);
  const narrow = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    const start = y * stride;
    for (let x = 0; x < width; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let k = 0; k < kernelX.length; k++) {
        const weight = kernelX[k] as number;
        const from = start + (columns[x + k] as number) * 3;
        red += weight * (data[from] as number);
        green += weight * (data[from + 1] as number);
        blue += weight * (data[from + 2] as number);
      }
      const to = start + x * 3;
      narrow[to] = red;
      narrow[to + 1] = green;
      narrow[to + 2] = blue;
    }
  }
  const out = createImage(height, width);
  const sums = new Float64Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let k = 0; k < kernelY.length; k++) {
      const weight = kernelY[k] as number;
      const from = (rows[y + k] as number) * stride;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + weight * (narrow[from + i] as number);
    }
    for (let i = 0; i < stride; i++) out.data[y * stride + i] = roundHalfToEven(sums[i] as number);
  }
  return out;
}

/** torchvision's `_get_gaussian_kernel1d`, in floats as there. */
function gaussian(size: number, sigma: number): Float32Array {
  if (!(Number.isInteger(size) && size > 0 && size % 2 === 1 && sigma > 0 && Number.isFinite(sigma))) {
    throw invalidArgument(`gaussianBlur needs an odd kernel size and a positive sigma, got ${size} and ${sigma}`);
  }
  const half = (size - 1) / 2;
  const kernel = Float32Array.from({ length: size }, (_, i) => {
    const distance = (i - half) / sigma;
    return exactExp(-0.5 * distance * distance);
  });
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return kernel.map((weight) => weight / sum);
}

/** Source positions of a line that is mirrored at both ends without repeating the outermost pixel. */
function mirrored(size: number, half: number): Int32Array {
  return Int32Array.from({ length: size + 2 * half }, (_, i) => {
    const at = Math.abs(i - half);
    return at < size ? at : 2 * (size - 1) - at;
  });
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
