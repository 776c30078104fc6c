import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { TrainingError } from './errors.js';

export interface LossResult {
  /** Mean loss of the batch. */
  readonly loss: number;
  /** Examples whose largest logit is the label's. */
  readonly correct: number;
  /** Gradient of the mean loss by the logits; the caller owns it. */
  readonly gradient: Tensor2D;
}

/**
 * Mean softmax cross entropy over `[batch, classes]` logits, computed on the host in float64: the logits are few, and
 * loss and accuracy have to come to the host anyway. With `smoothing` e the target is 1 - e + e / classes at the label and
 * e / classes elsewhere (Szegedy et al., "Rethinking the Inception Architecture", 2015, section 7; torch's meaning).
 *
 * @throws TrainingError `bad-labels` where they are not one class an example
 */
export function softmaxCrossEntropy(logits: Tensor2D, labels: ArrayLike<number>, smoothing = 0): LossResult {
  const [batch, classes] = logits.shape;
  checkLabels(labels, batch, classes);
  const values = logits.dataSync<'float32'>();
  const gradient = new Float32Array(values.length);
  let total = 0;
  let correct = 0;
  for (let n = 0; n < batch; n++) {
    const row = values.subarray(n * classes, (n + 1) * classes);
    const label = labels[n] ?? 0;
    let best = 0;
    for (let c = 1; c < classes; c++) if ((row[c] ?? 0) > (row[best] ?? 0)) best = c;
    if (best === label) correct++;
    const peak = row[best] ?? 0;
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp((row[c] ?? 0) - peak);
    const logSum = peak + Math.log(sum);
    for (let c = 0; c < classes; c++) {
      const logit = row[c] ?? 0;
      const target = (c === label ? 1 - smoothing : 0) + smoothing / classes;
      total += target * (logSum - logit);
      gradient[n * classes + c] = (Math.exp(logit - logSum) - target) / batch;
    }
  }
  return { loss: total / batch, correct, gradient: tf.tensor2d(gradient, [batch, classes], 'float32') };
}

function checkLabels(labels: ArrayLike<number>, batch: number, classes: number): void {
  if (labels.length !== batch) {
    throw new TrainingError('bad-labels', `Got ${labels.length} labels for ${batch} examples.`);
  }
  for (let n = 0; n < batch; n++) {
    const label = labels[n] ?? -1;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new TrainingError('bad-labels', `Label ${n} of a batch is ${label}; the classes are 0 to ${classes - 1}.`);
  }
}
