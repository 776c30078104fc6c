import { checkAugmentation } from '../augment/check.js';
import { DatasetError, invalidArgument } from '../errors.js';
import { type Normalisation, normalisationTable } from '../normalise.js';
import { messageOf, SampleError } from './errors.js';
import { type Executor, inlineExecutor, type Outcome } from './executor.js';
import type { Preparation, Prepared } from './prepare.js';
import type { IndexedDataset, RawSample } from './types.js';

export interface TrainingSetOptions extends Omit<Preparation, 'epoch'> {
  readonly normalise: Normalisation;
}

/**
 * Samples by index into arrays that are there already: what `fit` of `@convzoo/training` asks for, which chooses the
 * indices itself. What is written depends on the seed, the epoch and the indices only.
 */
export interface TrainingSet {
  readonly size: number;
  /** Of one sample: [height, width, channels]. */
  readonly shape: readonly [height: number, width: number, channels: 1 | 3];
  /** How many. */
  readonly classes: number;
  /**
   * Writes the samples, augmented for this epoch and normalised, one after the other into `out` and their labels into
   * `labels`. Throws `SampleError` with the name of the first that is broken or has another size.
   */
  fill(indices: ArrayLike<number>, epoch: number, out: Float32Array, labels: Int32Array): Promise<void>;
  /** Stops the workers, if there are any. */
  close(): Promise<void>;
}

/** Reads the first sample to learn the shape. The files are read when they are asked for, again in each epoch. */
export function trainingSet(dataset: IndexedDataset, options: TrainingSetOptions): Promise<TrainingSet> {
  return trainingSetWith(dataset, options, () => inlineExecutor);
}

/** Samples that go to a worker together. */
const GROUP = 8;

/** As `trainingSet`, with another place of work. */
export async function trainingSetWith(
  dataset: IndexedDataset,
  options: TrainingSetOptions,
  open: () => Executor,
): Promise<TrainingSet> {
  if (options.augment) checkAugmentation(options.augment);
  normalisationTable(options.normalise);
  if (dataset.size === 0) throw new DatasetError('the data set has no samples');
  const executor = open();
  const prepare = async (samples: readonly RawSample[], epoch: number): Promise<Outcome[]> =>
    executor.run(samples, { ...options, epoch });
  try {
    const first = await load(dataset, 0);
    const [outcome] = await prepare([first], 0);
    const { height, width, channels } = preparedOf(first.name, outcome);
    const length = height * width * channels;
    return {
      size: dataset.size,
      shape: [height, width, channels],
      classes: dataset.classes.length,
      async fill(indices, epoch, out, labels) {
        if (out.length < indices.length * length || labels.length < indices.length) {
          throw invalidArgument(
            `fill: ${indices.length} samples need ${indices.length * length} values and as many labels, got room for ${out.length} and ${labels.length}`,
          );
        }
        const starts = Array.from({ length: Math.ceil(indices.length / GROUP) }, (_, n) => n * GROUP);
        const fillGroup = async (start: number): Promise<void> => {
          const group = Array.from(
            { length: Math.min(GROUP, indices.length - start) },
            (_, n) => indices[start + n] ?? 0,
          );
          const samples = await Promise.all(group.map((index) => load(dataset, index)));
          const outcomes = await prepare(samples, epoch);
          for (const [n, { name, label }] of samples.entries()) {
            const prepared = preparedOf(name, outcomes[n]);
            if (prepared.height !== height || prepared.width !== width) {
              const problem = `has ${prepared.width}x${prepared.height} pixels where the first sample (${first.name}) has ${width}x${height}; put a crop or a resize into augment`;
              throw new SampleError('bad-sample', name, problem);
            }
            out.set(prepared.data, (start + n) * length);
            labels[start + n] = label;
          }
        };
        await allOrFirst(starts, executor.capacity, fillGroup);
      },
      close: () => executor.close(),
    };
  } catch (error) {
    await executor.close();
    throw error;
  }
}

/** At most `limit` at once. Nothing is left running when it ends; of several errors the first in order is thrown. */
async function allOrFirst(
  items: readonly number[],
  limit: number,
  run: (item: number) => Promise<void>,
): Promise<void> {
  const errors = new Map<number, unknown>();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && errors.size === 0) {
      const place = next++;
      await run(items[place] as number).catch((error: unknown) => errors.set(place, error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  const [first] = [...errors].sort(([a], [b]) => a - b);
  if (first) throw first[1];
}

async function load(dataset: IndexedDataset, index: number): Promise<RawSample> {
  try {
    return await dataset.load(index);
  } catch (cause) {
    throw new SampleError('bad-sample', dataset.nameOf?.(index) ?? `sample ${index}`, messageOf(cause), { cause });
  }
}

function preparedOf(name: string, outcome: Outcome | undefined): Prepared {
  if (outcome && !('error' in outcome)) return outcome;
  const cause = outcome?.error;
  if (cause instanceof SampleError) throw cause;
  throw new SampleError('bad-sample', name, messageOf(cause), { cause });
}
