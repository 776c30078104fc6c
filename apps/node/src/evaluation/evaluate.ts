import { ConvzooError, float32Tensor } from '@convzoo/layers';
import { type Preset, preprocess } from '@convzoo/preprocessing';
import { type OutputKind, probabilitiesOf, type Session } from '@convzoo/runtime';
import { describeFailure, type Failure } from '../errors.js';
import type { LabelledSet } from './labelled-set.js';
import { type Scores, Tally } from './tally.js';

/** A picture that counts neither as right nor as wrong: it cannot be read, or the network answered no numbers. */
export interface FailedPicture extends Failure {
  readonly index: number;
  readonly image: string;
}

export interface Evaluation extends Scores {
  readonly failed: readonly FailedPicture[];
}

/** What the network said of one picture. */
export interface JudgedPicture {
  readonly index: number;
  readonly image: string;
  /** Index of the right class, and of the most probable one. */
  readonly label: number;
  readonly predicted: number;
  /** Classes that came before the right one. */
  readonly place: number;
  readonly probabilities: Float64Array;
}

export interface EvaluateOptions {
  readonly batch: number;
  readonly classes: number;
  /** By default logits. */
  readonly outputs?: OutputKind;
  readonly onProgress?: (done: number, right: number) => void;
  /** Called for each picture in order; what it returns is waited for. */
  readonly onPicture?: (picture: JudgedPicture | FailedPicture) => void | Promise<void>;
}

/** How good the answers of a network are, and how right its probabilities. */
export async function evaluate(
  set: LabelledSet,
  session: Session,
  preset: Preset,
  { batch, classes, outputs = 'logits', onProgress, onPicture }: EvaluateOptions,
): Promise<Evaluation> {
  const tally = new Tally(classes);
  const failed: FailedPicture[] = [];
  for (let start = 0; start < set.size; start += batch) {
    const end = Math.min(start + batch, set.size);
    const prepared: (Prepared | FailedPicture)[] = [];
    // One after the other: a batch of large photographs at full size would fill the memory.
    for (let index = start; index < end; index++) prepared.push(await prepare(set, index, preset));
    const inputs = prepared.filter((each) => 'data' in each);
    const answers = await run(session, inputs);
    let next = 0;
    for (const each of prepared) {
      const answer = 'data' in each ? answers[next++] : undefined;
      const { index, image } = each;
      const judged = 'data' in each ? judge({ index, image, label: set.label(index) }, answer, outputs) : each;
      if ('code' in judged) failed.push(judged);
      else tally.add(judged.label, judged.place, judged.predicted, judged.probabilities);
      await onPicture?.(judged);
    }
    onProgress?.(end, tally.right);
  }
  return { ...tally.scores(), failed };
}

interface Prepared {
  readonly index: number;
  readonly image: string;
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

async function prepare(set: LabelledSet, index: number, preset: Preset): Promise<Prepared | FailedPicture> {
  const image = set.name(index);
  try {
    const { data, shape } = preprocess(await set.image(index), preset);
    return { index, image, data, shape };
  } catch (error) {
    return { index, image, ...describeFailure(error) };
  }
}

async function run(session: Session, inputs: readonly Prepared[]): Promise<readonly Float32Array[]> {
  const [first] = inputs;
  if (first === undefined) return [];
  const data = new Float32Array(inputs.length * first.data.length);
  for (const [i, input] of inputs.entries()) data.set(input.data, i * first.data.length);
  const { output } = await session.run(float32Tensor([inputs.length, ...first.shape], data));
  const size = output.data.length / inputs.length;
  return inputs.map((_, i) => output.data.subarray(i * size, (i + 1) * size));
}

const NO_NUMBERS = new ConvzooError('not-finite', 'The network answered values that are no numbers.');

function judge(
  picture: Pick<JudgedPicture, 'index' | 'image' | 'label'>,
  outputs: Float32Array | undefined,
  kind: OutputKind,
): JudgedPicture | FailedPicture {
  const { index, image, label } = picture;
  if (outputs === undefined || outputs.some(Number.isNaN)) return { index, image, ...describeFailure(NO_NUMBERS) };
  const probabilities = probabilitiesOf(outputs, kind);
  // Logits tell more classes apart than their probabilities, of which small ones vanish; a single output has two classes.
  const scores = outputs.length === 1 ? probabilities : outputs;
  const predicted = largestOf(scores);
  return { ...picture, predicted, place: placeOf(scores, label), probabilities };
}

function largestOf(scores: Float32Array | Float64Array): number {
  let best = 0;
  scores.forEach((score, index) => {
    if (score > (scores[best] ?? 0)) best = index;
  });
  return best;
}

/** How many classes come before the label; among equal scores the smaller index comes first. */
function placeOf(scores: Float32Array | Float64Array, label: number): number {
  const own = scores[label] ?? Number.NEGATIVE_INFINITY;
  let place = 0;
  scores.forEach((score, index) => {
    if (score > own || (score === own && index < label)) place++;
  });
  return place;
}
