import { float32Tensor } from '@convzoo/layers';
import { type Preset, preprocess } from '@convzoo/preprocessing';
import type { Session } from '@convzoo/runtime';
import { describeFailure, type Failure } from '../errors.js';
import type { LabelledSet } from './labelled-set.js';

export interface Evaluation {
  /** Pictures that were answered. */
  readonly of: number;
  readonly top1: number;
  readonly top5: number;
  /** Pictures that could not be read; they count neither as right nor as wrong. */
  readonly failed: readonly (Failure & { readonly index: number })[];
}

export interface EvaluateOptions {
  readonly batch: number;
  readonly onProgress?: (done: number, right: number) => void;
}

/** How often the right class is the first answer, and among the first five. */
export async function evaluate(
  set: LabelledSet,
  session: Session,
  preset: Preset,
  { batch, onProgress }: EvaluateOptions,
): Promise<Evaluation> {
  const failed: (Failure & { index: number })[] = [];
  let [of, top1, top5] = [0, 0, 0];
  for (let start = 0; start < set.size; start += batch) {
    const labels: number[] = [];
    const inputs: Float32Array[] = [];
    let shape: readonly number[] = [];
    for (let index = start; index < Math.min(start + batch, set.size); index++) {
      try {
        const ready = preprocess(await set.image(index), preset);
        shape = ready.shape;
        inputs.push(ready.data);
        labels.push(set.label(index));
      } catch (error) {
        failed.push({ index, ...describeFailure(error) });
      }
    }
    if (inputs.length > 0) {
      const { output } = await session.run(float32Tensor([inputs.length, ...shape], joined(inputs)));
      const classes = output.data.length / inputs.length;
      labels.forEach((label, i) => {
        const place = placeOf(output.data.subarray(i * classes, (i + 1) * classes), label);
        of++;
        if (place === 0) top1++;
        if (place < 5) top5++;
      });
    }
    onProgress?.(Math.min(start + batch, set.size), top1);
  }
  return { of, top1, top5, failed };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** How many classes come before the label; among equal logits the smaller index comes first. A NaN comes last. */
function placeOf(logits: Float32Array, label: number): number {
  const own = logits[label] ?? Number.NaN;
  if (Number.isNaN(own)) return logits.length;
  let place = 0;
  logits.forEach((logit, index) => {
    if (logit > own || (logit === own && index < label)) place++;
  });
  return place;
}

/** Wilson's interval for a share, at 95 %: right also for few pictures and for shares near 0 and 1. */
export function wilsonInterval(right: number, of: number): readonly [number, number] {
  if (of === 0) return [0, 1];
  const z = 1.959963984540054;
  const share = right / of;
  const centre = share + (z * z) / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
