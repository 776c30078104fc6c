import { invalidArgument } from '../errors.js';
import { sampleBeta } from './beta.js';
import { createRandom } from './random.js';

/** A batch with soft labels; both arrays are overwritten with the mixture. */
export interface MixedBatch {
  /** float32 NHWC: N * height * width * channels. */
  readonly images: Float32Array;
  /** Shares of the classes, N * classes; each row sums to 1. See `oneHot`. */
  readonly labels: Float32Array;
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  /** Both parameters of the Beta distribution that the share is drawn from; 1 where absent, so the share is uniform. */
  readonly alpha?: number;
  /** With the epoch and the batch's number in it, these decide the mixture. */
  readonly seed: number;
  readonly epoch: number;
  readonly batch: number;
}

/**
 * mixup (Zhang et al. 2018) as torchvision's `MixUp` does it: every sample becomes `lambda` of itself and `1 - lambda` of
 * the one before it in the batch (the first: of the last), its label too. Gives back lambda. Shuffle the data set.
 */
export function mixup(batch: MixedBatch): number {
  const { images, labels, alpha = 1 } = batch;
  checkBatch(batch);
  const lambda = sampleBeta(stream(batch, 'mixup'), alpha);
  blendWithPrevious(images, batch.shape[0], lambda);
  blendWithPrevious(labels, batch.shape[0], lambda);
  return lambda;
}

/** What `cutmix` pasted: pixel bounds, the upper ones not included, and the share of each sample's own pixels. */
export interface Pasted {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly lambda: number;
}

/**
 * CutMix (Yun et al. 2019) as torchvision's `CutMix` does it: one rectangle of every sample is taken from the one before
 * it in the batch, and the label's share is that of the pixels.
 */
export function cutmix(batch: MixedBatch): Pasted {
  const { images, labels, shape, alpha = 1 } = batch;
  checkBatch(batch);
  const [count, height, width, channels] = shape;
  const random = stream(batch, 'cutmix');
  const side = 0.5 * Math.sqrt(1 - sampleBeta(random, alpha));
  const centreX = random.int(width);
  const centreY = random.int(height);
  const [halfX, halfY] = [Math.trunc(side * width), Math.trunc(side * height)];
  const [left, right] = [Math.max(0, centreX - halfX), Math.min(width, centreX + halfX)];
  const [top, bottom] = [Math.max(0, centreY - halfY), Math.min(height, centreY + halfY)];
  const row = width * channels;
  const pixels = height * row;
  for (let y = top; y < bottom; y++) {
    const from = y * row + left * channels;
    const to = y * row + right * channels;
    const last = images.slice((count - 1) * pixels + from, (count - 1) * pixels + to);
    for (let n = count - 1; n > 0; n--) {
      images.copyWithin(n * pixels + from, (n - 1) * pixels + from, (n - 1) * pixels + to);
    }
    images.set(last, from);
  }
  const lambda = 1 - ((right - left) * (bottom - top)) / (width * height);
  blendWithPrevious(labels, count, lambda);
  return { top, left, bottom, right, lambda };
}

/**
 * Class indices as soft labels, N * classes. With `smoothing` (Szegedy et al. 2016, section 7) that share is spread
 * evenly over all classes.
 */
export function oneHot(labels: ArrayLike<number>, classes: number, smoothing = 0): Float32Array {
  if (!(Number.isInteger(classes) && classes > 0 && smoothing >= 0 && smoothing <= 1)) {
    throw invalidArgument(`oneHot: classes must be positive and smoothing from 0 to 1, got ${classes}, ${smoothing}`);
  }
  const rows = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n] as number;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw invalidArgument(`oneHot: label ${n} is ${label}, expected 0 to ${classes - 1}`);
    }
    rows[n * classes + label] = 1 - smoothing + smoothing / classes;
  }
  return rows;
}

const stream = ({ seed, epoch, batch }: MixedBatch, name: string) =>
  createRandom(seed).fork(name).fork(epoch).fork(batch);

/** Each row becomes `lambda` of itself and the rest of the row before it, in place. */
function blendWithPrevious(rows: Float32Array, count: number, lambda: number): void {
  const length = rows.length / count;
  const last = rows.slice(rows.length - length);
  const rest = 1 - lambda;
  // From the end, so that the row before is still what it was.
  for (let i = rows.length - 1; i >= length; i--) {
    rows[i] = rest * (rows[i - length] as number) + lambda * (rows[i] as number);
  }
  for (let i = 0; i < length; i++) rows[i] = rest * (last[i] as number) + lambda * (rows[i] as number);
}

function checkBatch({ images, labels, shape, alpha = 1 }: MixedBatch): void {
  const [count] = shape;
  const values = shape.reduce((product, side) => product * side, 1);
  if (!(shape.length === 4 && shape.every((side) => Number.isInteger(side) && side > 0) && images.length === values)) {
    throw invalidArgument(`images: ${images.length} values are not a batch of shape ${shape.join('x')}`);
  }
  if (!(labels.length > 0 && labels.length % count === 0)) {
    throw invalidArgument(`labels: ${labels.length} values are not ${count} rows; see oneHot`);
  }
  if (!(alpha > 0 && Number.isFinite(alpha))) throw invalidArgument(`alpha must be a positive number, got ${alpha}`);
}
