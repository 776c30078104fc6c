import type { Image, Size } from '../../image.js';
import { keepComponents } from './components.js';

const RGB_TRANSFORM = 0;

/**
 * Decodes a YCbCr JPEG with 4:4:0 sampling (colours at half the rows, as a 4:2:2 file has after a lossless turn) to the
 * pixels of today's libjpeg-turbo, which interpolates the rows; mozjpeg, which decodes here, doubles them.
 * So the three planes are decoded apart and put together as libjpeg-turbo does.
 */
export async function decodeHalvedRows(
  bytes: Uint8Array,
  { width, height }: Size,
  decodeRgb: (file: Uint8Array, size: Size) => Promise<Image>,
): Promise<Image> {
  const half = { width, height: Math.ceil(height / 2) };
  const plane = (component: number): Promise<Image> =>
    decodeRgb(keepComponents(bytes, [component], RGB_TRANSFORM, half.height), half);
  // Called RGB, the file gives its first component as it is.
  const luma = await decodeRgb(keepComponents(bytes, [0, 1, 2], RGB_TRANSFORM), { width, height });
  const [blue, red] = [await plane(1), await plane(2)];
  const data = new Uint8Array(luma.data.length);
  const rowBytes = width * 3;
  const [cb, cr] = [new Uint8Array(width), new Uint8Array(width)];
  for (let y = 0; y < height; y++) {
    interpolateRow(blue, y, cb);
    interpolateRow(red, y, cr);
    for (let x = 0, at = y * rowBytes; x < width; x++, at += 3) {
      writeRgb(data, at, luma.data[at] as number, (cb[x] as number) - 128, (cr[x] as number) - 128);
    }
  }
  return { width, height, channels: 3, data };
}

/** `h1v2_fancy_upsample` of jdsample.c: three quarters of the row, a quarter of the nearer neighbour, rounded in turn. */
function interpolateRow({ width, height, data }: Image, y: number, out: Uint8Array): void {
  const row = y >> 1;
  const other = y % 2 === 0 ? Math.max(row - 1, 0) : Math.min(row + 1, height - 1);
  const bias = y % 2 === 0 ? 1 : 2;
  for (let x = 0, a = row * width * 3, b = other * width * 3; x < width; x++, a += 3, b += 3) {
    out[x] = ((data[a] as number) * 3 + (data[b] as number) + bias) >> 2;
  }
}

/** jdcolor.c: 16-bit fixed point, half added where it says so. */
function writeRgb(out: Uint8Array, at: number, y: number, cb: number, cr: number): void {
  out[at] = clamp(y + ((91_881 * cr + 32_768) >> 16));
  out[at + 1] = clamp(y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16));
  out[at + 2] = clamp(y + ((116_130 * cb + 32_768) >> 16));
}

function clamp(value: number): number {
  return value < 0 ? 0 : Math.min(value, 255);
}
