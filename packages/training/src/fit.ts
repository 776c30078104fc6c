import { formatShape, inputOf, outputOf, sameShape, sizeOf } from '@convzoo/layers';
import type { Checkpoint } from './checkpoint.js';
import type { Dataset } from './dataset.js';
import { TrainingError } from './errors.js';
import { shuffledIndices } from './random.js';
import type { Schedule } from './schedule.js';
import type { Trainer } from './trainer.js';

export interface FitOptions {
  readonly trainer: Trainer;
  readonly data: Dataset;
  readonly epochs: number;
  /** Examples a step. What is left over at the end of an epoch is dropped, so that every step weighs the same. */
  readonly batchSize: number;
  readonly schedule: Schedule;
  /** Seed of the order of examples. */
  readonly seed: number;
  readonly onStep?: (progress: StepProgress) => void;
  /** Called after each epoch, and awaited: evaluate and save here. */
  readonly onEpoch?: (summary: EpochSummary) => void | Promise<void>;
  /** Steps between calls of `onCheckpoint`. */
  readonly checkpointEvery?: number;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** Stops after the current step. */
  readonly signal?: AbortSignal;
}

export interface StepProgress {
  /** Updates done, and in the whole training. */
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly rate: number;
  readonly loss: number;
  /** Share of the batch that was right. */
  readonly accuracy: number;
  /** Examples a second over this call of `fit`. */
  readonly examplesPerSecond: number;
  /** At that rate. */
  readonly secondsLeft: number;
}

export interface EpochSummary {
  /** From 0. */
  readonly epoch: number;
  /** Means over the epoch's steps that this call did: all of them unless it resumed in the middle. */
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
}

/** Lets timers, signals and streams have their turn between steps, which themselves never wait. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Trains to the end, from wherever the trainer is: a restored trainer goes on in the middle of its epoch, with the same
 * examples in the same order. Returns whether it reached the end (or was stopped).
 */
export async function fit(options: FitOptions): Promise<{ readonly finished: boolean }> {
  const { trainer, data, epochs, batchSize, schedule, seed, signal } = options;
  checkOptions(options);
  const perEpoch = Math.floor(data.size / batchSize);
  const steps = perEpoch * epochs;
  const x = new Float32Array(batchSize * sizeOf(data.shape));
  const labels = new Int32Array(batchSize);
  const started = performance.now();
  const startStep = trainer.step;
  while (trainer.step < steps) {
    const epoch = Math.floor(trainer.step / perEpoch);
    const order = shuffledIndices(data.size, seed, epoch);
    const epochStarted = performance.now();
    const totals = { loss: 0, correct: 0, steps: 0 };
    for (let i = trainer.step % perEpoch; i < perEpoch; i++) {
      if (signal?.aborted === true) return { finished: false };
      await data.fill(order.subarray(i * batchSize, (i + 1) * batchSize), epoch, x, labels);
      const rate = schedule(trainer.step / steps);
      const { loss, correct } = await trainer.trainBatch(x, labels, rate);
      totals.loss += loss;
      totals.correct += correct;
      totals.steps++;
      const examplesPerSecond = ((trainer.step - startStep) * batchSize * 1000) / (performance.now() - started);
      options.onStep?.({
        step: trainer.step,
        steps,
        epoch,
        rate,
        loss,
        accuracy: correct / batchSize,
        examplesPerSecond,
        secondsLeft: ((steps - trainer.step) * batchSize) / examplesPerSecond,
      });
      if (options.checkpointEvery !== undefined && trainer.step % options.checkpointEvery === 0) {
        await options.onCheckpoint?.(await trainer.checkpoint());
      }
      await breathe();
    }
    await options.onEpoch?.({
      epoch,
      loss: totals.loss / totals.steps,
      accuracy: totals.correct / (totals.steps * batchSize),
      seconds: (performance.now() - epochStarted) / 1000,
    });
  }
  return { finished: true };
}

function checkOptions({ trainer: { graph }, data, epochs, batchSize }: FitOptions): void {
  const refuse = (message: string): never => {
    throw new TrainingError('wrong-options', message);
  };
  if (!Number.isInteger(epochs) || epochs < 1) refuse(`The number of epochs must be at least 1, got ${epochs}.`);
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > data.size) {
    refuse(`The batch size must be between 1 and the ${data.size} examples that there are, got ${batchSize}.`);
  }
  const [{ shape }, classes] = [inputOf(graph), sizeOf(outputOf(graph).shape)];
  if (!sameShape(data.shape, shape)) {
    refuse(`The examples are ${formatShape(data.shape)}, the input of ${graph.name} is ${formatShape(shape)}.`);
  }
  if (data.classes !== classes) {
    refuse(
      `The data has ${data.classes} classes, ${graph.name} ${classes}; replaceHead(graph, ${data.classes}) changes that.`,
    );
  }
}
