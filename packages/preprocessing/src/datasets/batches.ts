import { checkAugmentation } from '../augment/check.js';
import { invalidArgument } from '../errors.js';
import { type Normalisation, normalisationTable } from '../normalise.js';
import { messageOf, SampleError, type SampleFailure } from './errors.js';
import { type Executor, inlineExecutor } from './executor.js';
import { type OrderOptions, type Read, readGroups } from './order.js';
import type { Preparation, Prepared } from './prepare.js';
import type { Dataset, RawSample } from './types.js';

export interface BatchOptions extends Omit<Preparation, 'seed' | 'epoch'>, Partial<OrderOptions> {
  readonly batchSize: number;
  /** Whether a last batch that is not full is left out; false where absent. */
  readonly dropLast?: boolean;
  /**
   * `'throw'` (where absent): the first sample that is broken ends the epoch with a `SampleError`, which names it. A
   * function: broken samples are left out and reported to it, in order; the batches are filled up with those after them.
   */
  readonly onError?: 'throw' | ((failure: SampleFailure) => void);
}

/** Samples of one size, one after the other. The arrays are the receiver's own. */
export interface Batch<D extends Uint8Array | Float32Array = Uint8Array | Float32Array> {
  /** NHWC. */
  readonly data: D;
  readonly shape: readonly [batch: number, height: number, width: number, channels: 1 | 3];
  /** Class indices. */
  readonly labels: Int32Array;
  /** The samples' own numbers in the data set. */
  readonly indices: readonly number[];
  readonly names: readonly string[];
  /** Counts from 0 within the epoch. */
  readonly number: number;
}

/** Samples that are read and prepared together: enough to make messages to workers cheap, few enough to keep memory low. */
const GROUP = 8;

/**
 * One epoch of a data set as batches. The next samples are read only when they are asked for, and leaving the loop early
 * lets go of every file; nothing but the samples on their way is in memory. With the same options the batches are the
 * same, byte for byte, whatever prepares them.
 *
 * Values are float32 where there is a `normalise`, else bytes. All samples must come out at one size: put a crop or a
 * resize into `augment`. Throws `SampleError`, `DatasetError` and `invalid-argument`.
 */
export function batches(
  dataset: Dataset,
  options: BatchOptions & { readonly normalise: Normalisation },
): AsyncGenerator<Batch<Float32Array>, void, undefined>;
export function batches(
  dataset: Dataset,
  options: BatchOptions & { readonly normalise?: never },
): AsyncGenerator<Batch<Uint8Array>, void, undefined>;
export function batches(dataset: Dataset, options: BatchOptions): AsyncGenerator<Batch, void, undefined>;
export function batches(dataset: Dataset, options: BatchOptions): AsyncGenerator<Batch, void, undefined> {
  return batchesWith(dataset, options, () => inlineExecutor);
}

/** As `batches`, with another place of work. It is opened when the first batch is asked for and closed at the end. */
export async function* batchesWith(
  dataset: Dataset,
  options: BatchOptions,
  open: () => Executor,
): AsyncGenerator<Batch, void, undefined> {
  checkOptions(options);
  const executor = open();
  const groups = readGroups(dataset, orderOf(options), GROUP);
  const collector = new Collector(options);
  try {
    for await (const [read, outcomes] of inOrder(groups, executor, preparationOf(options))) {
      for (const [n, sample] of read.entries()) {
        const outcome = 'error' in sample ? sample : outcomes.shift();
        if (!outcome) throw new Error(`no outcome for sample ${n} of a group of ${read.length}`);
        const batch = collector.add(sample, outcome);
        if (batch) yield batch;
      }
    }
    const rest = collector.rest();
    if (rest) yield rest;
  } finally {
    await groups.return(undefined);
    await executor.close();
  }
}

type Outcomes = Awaited<ReturnType<Executor['run']>>;

/**
 * Keeps as many groups on their way as the executor takes, and gives them back in the order in which they were read. An error
 * of the source comes after the groups before it, so that it comes at the same place however many are on their way.
 */
async function* inOrder(
  groups: AsyncGenerator<Read[]>,
  executor: Executor,
  preparation: Preparation,
): AsyncGenerator<[Read[], Outcomes]> {
  const running: { readonly read: Read[]; readonly outcomes: Promise<Outcomes> }[] = [];
  let end: { readonly error?: unknown } | undefined;
  for (;;) {
    while (!end && running.length < executor.capacity) {
      const read = await groups.next().catch((error: unknown) => ({ done: true as const, value: undefined, error }));
      if (read.done) {
        end = 'error' in read ? { error: read.error } : {};
        break;
      }
      const samples = read.value.filter((each): each is RawSample => !('error' in each));
      const outcomes = executor.run(samples, preparation);
      // It is awaited below, maybe after a rejection of an earlier one; until then it must not count as unhandled.
      outcomes.catch(() => undefined);
      running.push({ read: read.value, outcomes });
    }
    const next = running.shift();
    if (next) yield [next.read, await next.outcomes];
    else if (end && 'error' in end) throw end.error;
    else return;
  }
}

/** Fills batches. */
class Collector {
  private readonly options: BatchOptions;
  private samples: { readonly sample: { name: string; index: number; label: number }; readonly prepared: Prepared }[] =
    [];
  private number = 0;
  private first: { readonly name: string; readonly prepared: Prepared } | undefined;

  constructor(options: BatchOptions) {
    this.options = options;
  }

  /** The batch that the sample completes. */
  add(sample: Read, outcome: Prepared | { readonly error: Error }): Batch | undefined {
    const { name, index } = sample;
    if ('error' in outcome) {
      this.fail({ name, index, error: outcome.error });
      return undefined;
    }
    if (!('label' in sample)) return undefined;
    this.checkSize(name, outcome);
    this.samples.push({ sample: { name, index, label: sample.label }, prepared: outcome });
    return this.samples.length === this.options.batchSize ? this.take() : undefined;
  }

  rest(): Batch | undefined {
    return this.samples.length === 0 || this.options.dropLast === true ? undefined : this.take();
  }

  private fail(failure: SampleFailure): void {
    const { onError = 'throw' } = this.options;
    if (onError !== 'throw') onError(failure);
    else if (failure.error instanceof SampleError) throw failure.error;
    else {
      throw new SampleError('bad-sample', failure.name, messageOf(failure.error), { cause: failure.error });
    }
  }

  private checkSize(name: string, prepared: Prepared): void {
    this.first ??= { name, prepared };
    const { height, width } = this.first.prepared;
    if (prepared.height !== height || prepared.width !== width) {
      throw new SampleError(
        'bad-sample',
        name,
        `has ${prepared.width}x${prepared.height} pixels where the first sample (${this.first.name}) has ${width}x${height}; put a crop or a resize into augment`,
      );
    }
  }

  private take(): Batch {
    const { samples } = this;
    this.samples = [];
    const [first] = samples;
    if (!first) throw new Error('an empty batch');
    const { height, width, channels } = first.prepared;
    const length = height * width * channels;
    const data = this.options.normalise
      ? new Float32Array(samples.length * length)
      : new Uint8Array(samples.length * length);
    for (const [n, { prepared }] of samples.entries()) data.set(prepared.data, n * length);
    return {
      data,
      shape: [samples.length, height, width, channels],
      labels: Int32Array.from(samples, ({ sample }) => sample.label),
      indices: samples.map(({ sample }) => sample.index),
      names: samples.map(({ sample }) => sample.name),
      number: this.number++,
    };
  }
}

const orderOf = ({ shuffle = false, seed = 0, epoch = 0 }: BatchOptions): OrderOptions => ({ shuffle, seed, epoch });

/** Plain data, without the functions among the options. */
function preparationOf(options: BatchOptions): Preparation {
  const { seed = 0, epoch = 0, augment, normalise, maxPixels, applyOrientation } = options;
  return {
    seed,
    epoch,
    ...(augment ? { augment } : {}),
    ...(normalise ? { normalise } : {}),
    ...(maxPixels === undefined ? {} : { maxPixels }),
    ...(applyOrientation === undefined ? {} : { applyOrientation }),
  };
}

/** Mistakes show before the first file is opened. */
function checkOptions({ batchSize, seed = 0, epoch = 0, shuffle = false, augment, normalise }: BatchOptions): void {
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw invalidArgument(`batchSize must be a positive integer, got ${batchSize}`);
  }
  if (!(Number.isSafeInteger(seed) && Number.isSafeInteger(epoch))) {
    throw invalidArgument(`seed and epoch must be integers, got ${seed} and ${epoch}`);
  }
  if (typeof shuffle === 'object' && !(Number.isInteger(shuffle.buffer) && shuffle.buffer > 0)) {
    throw invalidArgument(`the buffer of a shuffle must hold a positive number of samples, got ${shuffle.buffer}`);
  }
  if (augment) checkAugmentation(augment);
  if (normalise) normalisationTable(normalise);
}
