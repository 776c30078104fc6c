import { invalidArgument } from '../errors.js';
import { type Channels, normalisationTable } from '../normalise.js';
import { hashInts } from './random.js';

export interface AugmentedBatch {
  /** All samples, uint8 NHWC: N * size * size * 3 bytes. */
  readonly images: Uint8Array;
  /** Height and width of a sample in pixels. */
  readonly size: number;
  /** Which samples, in the order in which they are written. */
  readonly indices: ArrayLike<number>;
  /** Receives `indices.length * size * size * 3` values, NHWC; the rest of it is left alone. */
  readonly out: Float32Array;
  /** Black pixels on each side before a window of the old size is cut at random; 0 turns the crop off. */
  readonly padding: number;
  /** Mirror left to right with probability one half. */
  readonly flip: boolean;
  /** With `epoch` and the sample's own index, these decide a sample's crop and flip, and nothing else does. */
  readonly seed: number;
  readonly epoch: number;
  /** Of `x * scale`, in the order of the output channels: see `Normalisation`. */
  readonly mean: Channels;
  readonly std: Channels;
  /** 1/255 where absent, so that `mean` and `std` are those of values in 0..1. */
  readonly scale?: number;
  /** `'rgb'` where absent. */
  readonly channelOrder?: 'rgb' | 'bgr';
}

/**
 * The CIFAR augmentation of He et al. 2015 (Deep Residual Learning, section 4.2): 4 pixels of padding, a random crop
 * of the old size or its mirror image; then the normalisation. As in torchvision's `RandomCrop(32, padding=4)` before
 * `Normalize`, the padding is black, so it is not zero afterwards.
 *
 * Each sample is a function of (seed, epoch, sample index): the order of the batch, its size and the number of workers
 * change nothing. Nothing is allocated but a table of 768 numbers.
 */
export function fillAugmentedBatch(batch: AugmentedBatch): void {
  const { images, size, indices, out, padding, flip, seed, epoch, mean, std, scale = 1 / 255 } = batch;
  checkBatch(batch);
  const table = normalisationTable({ scale, mean, std });
  // Where the output is BGR, its first channel is the source's last.
  const first = batch.channelOrder === 'bgr' ? 2 : 0;
  const last = 2 - first;
  const row = size * 3;
  const sample = size * row;
  const positions = 2 * padding + 1;
  const black0 = table[0] ?? 0;
  const black1 = table[256] ?? 0;
  const black2 = table[512] ?? 0;
  let to = 0;
  for (let n = 0; n < indices.length; n++) {
    const index = indices[n] ?? 0;
    // Offsets of the window against the unpadded sample, -padding..padding; the bias of scaling 32 bits is 1e-9.
    const top = Math.floor((hashInts(seed, epoch, index, 0) / 2 ** 32) * positions) - padding;
    const left = Math.floor((hashInts(seed, epoch, index, 1) / 2 ** 32) * positions) - padding;
    const mirrored = flip && hashInts(seed, epoch, index, 2) >= 2 ** 31;
    const step = mirrored ? -3 : 3;
    for (let y = 0; y < size; y++) {
      const sourceY = y + top;
      const inside = sourceY >= 0 && sourceY < size;
      const rowStart = index * sample + sourceY * row;
      let x = mirrored ? left + size - 1 : left;
      let from = rowStart + x * 3;
      const dx = mirrored ? -1 : 1;
      for (let i = 0; i < size; i++, x += dx, from += step, to += 3) {
        if (inside && x >= 0 && x < size) {
          out[to] = table[images[from + first] as number] as number;
          out[to + 1] = table[256 + (images[from + 1] as number)] as number;
          out[to + 2] = table[512 + (images[from + last] as number)] as number;
        } else {
          out[to] = black0;
          out[to + 1] = black1;
          out[to + 2] = black2;
        }
      }
    }
  }
}

function checkBatch({ images, size, indices, out, padding, seed, epoch }: AugmentedBatch): void {
  const sample = size * size * 3;
  const count = images.length / sample;
  if (!(Number.isInteger(size) && size > 0 && Number.isInteger(count))) {
    throw invalidArgument(`images: ${images.length} bytes are not whole RGB samples of size ${size}`);
  }
  if (out.length < indices.length * sample) {
    throw invalidArgument(
      `out: ${indices.length} samples of size ${size} need ${indices.length * sample} values, got ${out.length}`,
    );
  }
  if (!(Number.isInteger(padding) && padding >= 0)) {
    throw invalidArgument(`padding must be an integer of at least 0, got ${padding}`);
  }
  if (!(Number.isInteger(seed) && Number.isInteger(epoch))) {
    throw invalidArgument(`seed and epoch must be integers, got ${seed} and ${epoch}`);
  }
  for (let n = 0; n < indices.length; n++) {
    const index = indices[n] as number;
    if (!(Number.isInteger(index) && index >= 0 && index < count)) {
      throw invalidArgument(`indices[${n}] is ${index}, but there are ${count} samples`);
    }
  }
}
