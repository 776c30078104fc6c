import { float32Tensor } from '@convzoo/layers';
import { type Image, preprocess } from '@convzoo/preprocessing';
import { decodeFile } from '@convzoo/preprocessing/node';
import type { Session } from '@convzoo/runtime';
import { fileError } from '../pictures/file-error.js';
import type { LoadedNetwork } from './load.js';
import { probabilitiesOf } from './scores.js';

export interface Guess {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** Milliseconds of one picture's way. */
export interface Times {
  readonly decode: number;
  readonly preprocess: number;
  readonly run: number;
}

/** Reads and decodes a picture; the file system's own errors get a code and a sentence. */
export async function readPicture(path: string): Promise<Image> {
  return decodeFile(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
}

/** The `count` most probable classes, the first first. */
function topGuesses(probabilities: Float64Array, labels: readonly string[], count: number): readonly Guess[] {
  return [...probabilities]
    .map((probability, index) => ({ index, label: labels[index] ?? `class ${index}`, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, count);
}

/** Classifies one picture. */
export async function classifyPicture(
  path: string,
  { preset, labels, outputs }: LoadedNetwork,
  session: Session,
  count: number,
): Promise<{ readonly top: readonly Guess[]; readonly times: Times }> {
  const start = performance.now();
  const image = await readPicture(path);
  const decoded = performance.now();
  const { data, shape } = preprocess(image, preset);
  const ready = performance.now();
  const { output } = await session.run(float32Tensor([1, ...shape], data));
  const done = performance.now();
  const times = { decode: decoded - start, preprocess: ready - decoded, run: done - ready };
  return { top: topGuesses(probabilitiesOf(output.data, outputs), labels, count), times };
}
