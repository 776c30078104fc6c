import type { Image } from './image.js';
import { type Normalisation, normalisationTable } from './normalise.js';

/** Pillow's `convert('L')`: ITU-R 601 luma in 16-bit fixed point. */
const luma = (r: number, g: number, b: number): number => (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;

/**
 * The picture as float32 NHWC for a batch of one (`height * width * 3` values, a third where it turns grey), each channel
 * `(x * scale - mean) / std`. Every step is rounded to float32, so with `normalisations.torch` the values are those of
 * torchvision's `ToTensor` and `Normalize`.
 */
export function toTensor(image: Image, normalisation: Normalisation): Float32Array {
  const table = normalisationTable(normalisation);
  const { data } = image;
  if (normalisation.grey === true) {
    const grey = new Float32Array(data.length / 3);
    for (let i = 0; i < grey.length; i++) {
      const [r = 0, g = 0, b = 0] = [data[3 * i], data[3 * i + 1], data[3 * i + 2]];
      grey[i] = table[luma(r, g, b)] as number;
    }
    return grey;
  }
  const out = new Float32Array(data.length);
  const first = normalisation.channelOrder === 'bgr' ? 2 : 0;
  const last = 2 - first;
  for (let i = 0; i < data.length; i += 3) {
    out[i] = table[data[i + first] as number] as number;
    out[i + 1] = table[256 + (data[i + 1] as number)] as number;
    out[i + 2] = table[512 + (data[i + last] as number)] as number;
  }
  return out;
}
