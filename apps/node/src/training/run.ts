import type { TfjsBackend } from '@convzoo/backend-tfjs';
import type { Graph, Parameters } from '@convzoo/layers';
import type { LabelledImages, Preset } from '@convzoo/preprocessing';
import {
  cosine,
  fit,
  initialise,
  type Schedule,
  type StepProgress,
  sgd,
  steps,
  Trainer,
  warmUp,
} from '@convzoo/training';
import { evaluate } from '../evaluation/evaluate.js';
import { setOfImages } from '../evaluation/labelled-set.js';
import { augmentedDataset } from './datasets.js';
import type { EpochRecord, TrainingStore } from './store.js';

/** What decides the result, and so stands in the card and in the checkpoint. */
export interface Recipe {
  readonly model: string;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly schedule: 'cosine' | 'steps';
  /** Share of the training. */
  readonly warmUp: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly seed: number;
}

export interface TrainingRun {
  readonly recipe: Recipe;
  readonly graph: Graph;
  /** For the test pictures; the training pictures have its values too, after their augmentation. */
  readonly preset: Preset;
  readonly backend: TfjsBackend;
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  readonly store: TrainingStore;
  readonly signal: AbortSignal;
  readonly onStep: (progress: StepProgress) => void;
  readonly onEpoch: (record: EpochRecord) => void;
}

/** Steps between checkpoints, besides the one after each epoch: what an interruption may cost. */
const CHECKPOINT_STEPS = 100;

function scheduleOf({ rate, schedule, warmUp: share }: Recipe): Schedule {
  const main = schedule === 'cosine' ? cosine(rate) : steps(rate, [0.5, 0.75]);
  return share > 0 ? warmUp(share, main) : main;
}

/** Trains from the store's checkpoint, or from the start, and saves as it goes. Returns whether it reached the end. */
export async function runTraining(run: TrainingRun): Promise<{ readonly finished: boolean }> {
  const { recipe, graph, backend, store } = run;
  const options = JSON.stringify(recipe);
  const { momentum, nesterov, weightDecay, labelSmoothing, seed } = recipe;
  const params = initialise(graph, seed);
  const optimiser = sgd({ momentum, nesterov, weightDecay });
  const trainer = await Trainer.create({ graph, params, backend, optimiser, labelSmoothing, seed });
  try {
    const checkpoint = await store.loadCheckpoint(options);
    if (checkpoint !== undefined) trainer.restore(checkpoint);
    const { finished } = await fit({
      trainer,
      data: augmentedDataset(run.train, run.preset, seed),
      epochs: recipe.epochs,
      batchSize: recipe.batch,
      schedule: scheduleOf(recipe),
      seed,
      signal: run.signal,
      onStep: run.onStep,
      checkpointEvery: CHECKPOINT_STEPS,
      onCheckpoint: (state) => store.saveCheckpoint(state, options),
      onEpoch: async ({ epoch, loss, accuracy, seconds }) => {
        const testAccuracy = await testAccuracyOf(run, await trainer.parameters());
        const record = { epoch, trainLoss: loss, trainAccuracy: accuracy, testAccuracy, seconds };
        await store.appendHistory(record);
        await store.saveCheckpoint(await trainer.checkpoint(), options);
        run.onEpoch(record);
      },
    });
    if (finished) await store.saveWeights(graph, await trainer.parameters(), { recipe: options });
    else await store.saveCheckpoint(await trainer.checkpoint(), options);
    return { finished };
  } finally {
    trainer.dispose();
  }
}

/** Pictures a run: their activations of a CIFAR network fit in the cache of no processor, but in little memory. */
const EVALUATION_BATCH = 500;

async function testAccuracyOf({ graph, backend, test, preset }: TrainingRun, params: Parameters): Promise<number> {
  await using session = await backend.prepare(graph, params);
  const classes = test.classes.length;
  const { of, top1 } = await evaluate(setOfImages(test), session, preset, { batch: EVALUATION_BATCH, classes });
  return top1 / of;
}
