import { float32Tensor, freeArray, sizeOf } from '@convzoo/layers';
import type { Session } from '@convzoo/runtime';
import type { Failure } from '../errors.js';
import type { Picture } from './picture.js';
import type { Outcome, Prepared, Preparer } from './prepare.js';

/** Milliseconds of one picture's way; in a batch each has its share of the run. */
export interface Times {
  readonly decode: number;
  readonly preprocess: number;
  readonly run: number;
}

/** A picture with what the network gives for it, or why it has nothing. */
export type Answered = { readonly picture: Picture } & (
  | { readonly output: Float32Array; readonly times: Times }
  | { readonly failure: Failure }
);

export interface StreamOptions {
  readonly session: Session;
  readonly preparer: Preparer;
  /** Pictures that the network takes at once. */
  readonly batch: number;
}

/**
 * Answers in the order of the pictures, a batch at a time. While the network computes, the next pictures are prepared: a
 * batch and what the preparer has on its way, and no more, so that memory does not grow with their number.
 */
export async function* pictureStream(
  pictures: readonly Picture[],
  { session, preparer, batch }: StreamOptions,
): AsyncGenerator<readonly Answered[], void, undefined> {
  const ahead: { readonly picture: Picture; readonly outcome: Promise<Outcome> }[] = [];
  let [next, buffer] = [0, new Float32Array()];
  const fill = (): void => {
    for (; ahead.length < batch + preparer.capacity && next < pictures.length; next++) {
      const picture = pictures[next];
      if (picture !== undefined) ahead.push({ picture, outcome: preparer.prepare(picture) });
    }
  };
  for (fill(); ahead.length > 0; ) {
    const group: { readonly picture: Picture; readonly outcome: Outcome }[] = [];
    for (const { picture, outcome } of ahead.splice(0, batch)) {
      group.push({ picture, outcome: await outcome });
      fill();
    }
    const ready = group.flatMap(({ outcome }) => ('data' in outcome ? [outcome] : []));
    buffer = joined(ready, buffer);
    const start = performance.now();
    const outputs = await run(session, ready, buffer);
    const share = (performance.now() - start) / Math.max(1, ready.length);
    let at = 0;
    yield group.map(({ picture, outcome }) => {
      if ('failure' in outcome) return { picture, failure: outcome.failure };
      const { decode, preprocess } = outcome;
      return { picture, output: outputs[at++] ?? new Float32Array(), times: { decode, preprocess, run: share } };
    });
  }
}

/** The pictures one behind the other, in the buffer of the batch before where it is large enough. */
function joined(ready: readonly Prepared[], before: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const size = ready.reduce((sum, { data }) => sum + data.length, 0);
  const buffer = before.length >= size ? before : new Float32Array(size);
  let offset = 0;
  for (const { data } of ready) {
    buffer.set(data, offset);
    offset += data.length;
    freeArray(data);
  }
  return buffer;
}

/** The outputs of each picture. */
async function run(
  session: Session,
  ready: readonly Prepared[],
  buffer: Float32Array<ArrayBuffer>,
): Promise<readonly Float32Array[]> {
  const [first] = ready;
  if (first === undefined) return [];
  const shape = [ready.length, ...first.shape];
  const { output } = await session.run(float32Tensor(shape, buffer.subarray(0, sizeOf(shape))));
  const each = output.data.length / ready.length;
  return ready.map((_, i) => output.data.subarray(i * each, (i + 1) * each));
}
