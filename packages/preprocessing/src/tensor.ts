import type { Image } from './image.js';
import { type Normalisation, normalisationTable } from './normalise.js';

/** Order of a picture's values: interleaved (TensorFlow, and this project's networks) or plane after plane (torch). */
export type Layout = 'NHWC' | 'NCHW';

export type ValueType = 'float32' | 'uint8';

export interface TensorOptions<D extends ValueType = ValueType> {
  /** `'NHWC'` where absent. */
  readonly layout?: Layout;
  /** `'uint8'` leaves the values 0..255 as they are: only the order (BGR, NCHW) and the turn to grey are applied. */
  readonly dtype?: D;
}

/** A picture as a network's input, a batch of one: `shape` is [height, width, channels], or [channels, height, width]. */
export interface PixelTensor<D extends ValueType = ValueType> {
  readonly data: D extends 'uint8' ? Uint8Array : Float32Array;
  readonly shape: readonly [number, number, number];
  readonly layout: Layout;
}

/** Pillow's `convert('L')`: ITU-R 601 luma in 16-bit fixed point. */
const luma = (r: number, g: number, b: number): number => (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;

/**
 * The picture as float32 (`height * width * 3` values, a third where it turns grey), each channel
 * `(x * scale - mean) / std`. Every step is rounded to float32, so with `normalisations.torch` the values are those of
 * torchvision's `ToTensor` and `Normalize`.
 */
export function toTensor(image: Image, normalisation: Normalisation, layout: Layout = 'NHWC'): Float32Array {
  return tensorOf(image, normalisation, { layout, dtype: 'float32' }).data as Float32Array;
}

/** `toTensor` with its shape, and with bytes where they are asked for. */
export function tensorOf<D extends ValueType>(
  image: Image,
  normalisation: Normalisation,
  options: TensorOptions<D>,
): PixelTensor<D>;
export function tensorOf(image: Image, normalisation: Normalisation, options: TensorOptions = {}): PixelTensor {
  const { layout = 'NHWC', dtype = 'float32' } = options;
  const { height, width } = image;
  const channels = normalisation.grey === true ? 1 : 3;
  const table = dtype === 'uint8' ? IDENTITY : normalisationTable(normalisation);
  const data =
    dtype === 'uint8' ? new Uint8Array(height * width * channels) : new Float32Array(height * width * channels);
  if (channels === 1) fillGrey(data, image.data, table);
  else fillColours(data, image.data, table, layout, normalisation.channelOrder === 'bgr');
  return { data, shape: layout === 'NHWC' ? [height, width, channels] : [channels, height, width], layout };
}

const IDENTITY = Float32Array.from({ length: 768 }, (_, i) => i % 256);

function fillGrey(out: Float32Array | Uint8Array, data: Uint8Array, table: Float32Array): void {
  for (let i = 0, from = 0; i < out.length; i++, from += 3) {
    out[i] = table[luma(data[from] as number, data[from + 1] as number, data[from + 2] as number)] as number;
  }
}

function fillColours(
  out: Float32Array | Uint8Array,
  data: Uint8Array,
  table: Float32Array,
  layout: Layout,
  bgr: boolean,
): void {
  const pixels = data.length / 3;
  const [step, plane] = layout === 'NHWC' ? [3, 1] : [1, pixels];
  const first = bgr ? 2 : 0;
  const last = 2 - first;
  for (let from = 0, to = 0; from < data.length; from += 3, to += step) {
    out[to] = table[data[from + first] as number] as number;
    out[to + plane] = table[256 + (data[from + 1] as number)] as number;
    out[to + 2 * plane] = table[512 + (data[from + last] as number)] as number;
  }
}
