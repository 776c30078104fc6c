import { invalidArgument } from './errors.js';

/** One number for each output channel. */
export type Channels = readonly [number, number, number];

/**
 * Per channel `(x * scale - mean) / std` on values 0..255. `mean` and `std` are in the unit of `x * scale` and in the
 * order of the output channels (BGR where `channelOrder` is `'bgr'`), as the frameworks write them.
 */
export interface Normalisation {
  readonly scale: number;
  readonly mean: Channels;
  readonly std: Channels;
  /** Order of the output channels; `'rgb'` where absent. */
  readonly channelOrder?: 'rgb' | 'bgr';
  /** One output channel, Pillow's mode L, normalised by the first mean and std. */
  readonly grey?: true;
}

/** Mean and deviation of the ImageNet training pictures in 0..1, as torchvision and the CIFAR networks use them. */
export const IMAGENET_MEAN: Channels = [0.485, 0.456, 0.406];
export const IMAGENET_STD: Channels = [0.229, 0.224, 0.225];

/**
 * The usual value conventions; `torch`, `tf` and `caffe` are the modes of Keras's `imagenet_utils.preprocess_input`.
 */
export const normalisations = {
  /** (x/255 - mean) / std with the ImageNet mean and std: torchvision's ToTensor and Normalize. */
  torch: { scale: 1 / 255, mean: IMAGENET_MEAN, std: IMAGENET_STD },
  /** x/127.5 - 1: from -1 to 1. */
  tf: { scale: 1 / 127.5, mean: [1, 1, 1], std: [1, 1, 1] },
  /** BGR minus the mean in 0..255, no scaling. */
  caffe: { scale: 1, mean: [103.939, 116.779, 123.68], std: [1, 1, 1], channelOrder: 'bgr' },
  /** RGB minus the mean in 0..255: Caffe's values for files whose first convolution was turned around. */
  caffeRgb: { scale: 1, mean: [123, 117, 104], std: [1, 1, 1] },
  /** LeCun et al. 1998, section II.B: black -0.1, white 1.175 (their digits are the white), mean 0 and variance 1 on MNIST. */
  mnist: { scale: 1.275 / 255, mean: [0.1, 0.1, 0.1], std: [1, 1, 1], grey: true },
  /** 0..255 as they are. */
  raw: { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
} as const satisfies Record<string, Normalisation>;

/**
 * The 256 results of each output channel, channel after channel (768 values). There are only 256 inputs, so a table
 * is both the fastest way and the exact one: every step is rounded to float32, as the frameworks' own steps are.
 */
export function normalisationTable({ scale, mean, std }: Normalisation): Float32Array {
  const numbers = [scale, ...mean, ...std];
  if (mean.length !== 3 || std.length !== 3 || !numbers.every(Number.isFinite) || std.includes(0)) {
    throw invalidArgument(
      `normalisation needs a finite scale, three means and three non-zero stds, got ${JSON.stringify({ scale, mean, std })}`,
    );
  }
  const table = new Float32Array(768);
  for (const [channel, m] of mean.entries()) {
    const m32 = Math.fround(m);
    const s32 = Math.fround(std[channel] ?? 1);
    for (let x = 0; x < 256; x++) {
      table[channel * 256 + x] = Math.fround(Math.fround(x * scale) - m32) / s32;
    }
  }
  return table;
}
