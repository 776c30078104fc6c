import { join, parse } from 'node:path';
import { type Graph, inputOf } from '@convzoo/layers';
import { presetFor } from '@convzoo/preprocessing';
import { writeFileAtomic } from '@convzoo/weights/node';
import { resolveModel } from '@convzoo/zoo';
import { describeChoice, pickTrainer } from '../backends.js';
import { EXIT, UsageError } from '../errors.js';
import { DEFAULT_MODEL } from '../network/embedded.js';
import { isModelFile, openModel } from '../network/model.js';
import { prepareFolder } from '../output/folder.js';
import { formatDuration, startProgress } from '../output/progress.js';
import { type OutputOptions, printJson, terminalOf } from '../output/terminal.js';
import { makeCard } from '../training/card.js';
import { hasSplits, readLabelledImages } from '../training/datasets.js';
import { type Recipe, runTraining } from '../training/run.js';
import { TrainingStore } from '../training/store.js';

interface TrainOptions extends Omit<Recipe, 'model' | 'schedule'>, OutputOptions {
  readonly data: string;
  readonly testData?: string | undefined;
  readonly out?: string | undefined;
  readonly schedule: string;
  readonly backend?: string | undefined;
}

function recipeOf(model: string, options: TrainOptions): Recipe {
  const { epochs, batch, rate, schedule, warmUp, momentum, nesterov, weightDecay, labelSmoothing, seed } = options;
  if (schedule !== 'cosine' && schedule !== 'steps') {
    throw new UsageError('bad-option', `--schedule is cosine or steps; got "${schedule}".`);
  }
  return { model, epochs, batch, rate, schedule, warmUp, momentum, nesterov, weightDecay, labelSmoothing, seed };
}

const PRESET = 'cifar10';

interface TrainedNetwork {
  /** What the command names it, in its card. */
  readonly recipeName: string;
  /** For folders and messages. */
  readonly name: string;
  /** The network for so many classes. */
  readonly graphFor: (classes: number) => Promise<Graph>;
}

/** A CIFAR network of the zoo, or any network of the user's own at that input. */
async function networkToTrain(model: string): Promise<TrainedNetwork> {
  if (isModelFile(model)) {
    const graphFor = async (classes: number): Promise<Graph> =>
      (await openModel(model, { input: CIFAR_SIDE, classes })).graph;
    // The file's name and not the graph's, which may have slashes in it.
    return { recipeName: model, name: parse(model).name, graphFor };
  }
  const { name, entry, preset } = resolveModel(model);
  if (preset !== PRESET) {
    throw new UsageError(
      'bad-option',
      `${model} takes ${entry.input.join('x')}; this command trains the CIFAR networks, e.g. ${DEFAULT_MODEL}.`,
    );
  }
  return { recipeName: name, name, graphFor: async (classes) => entry.build({ classes }) };
}

/** Height and width of CIFAR's pictures. */
const CIFAR_SIDE = 32;

export async function train(model: string, options: TrainOptions): Promise<number> {
  const terminal = terminalOf(options);
  const { recipeName, name, graphFor } = await networkToTrain(model);
  const { data, testData = data } = options;
  if (options.testData === undefined && !hasSplits(data)) {
    throw new UsageError('bad-option', `${data} has no test split; give the pictures to measure on: --test-data FILE.`);
  }
  const recipe = recipeOf(recipeName, options);
  const folder = options.out ?? join('training', name);
  await prepareFolder(folder);
  const store = new TrainingStore(folder);
  terminal.note(`Reading ${data} ...`);
  const sets = { train: await readLabelledImages(data, 'train'), test: await readLabelledImages(testData, 'test') };
  const graph = await graphFor(sets.train.classes.length);
  const { shape } = inputOf(graph);
  const choice = await pickTrainer(options.backend);
  terminal.note(`Backend: ${describeChoice(choice)}`);
  terminal.note(`Training ${name} on ${sets.train.labels.length} pictures; checkpoints in ${folder}.`);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const steps = recipe.epochs * Math.floor(sets.train.labels.length / recipe.batch);
  const progress = startProgress(terminal, steps, name);
  try {
    const { finished } = await runTraining({
      recipe,
      graph,
      preset: presetFor(PRESET, shape),
      backend: choice.backend,
      ...sets,
      store,
      signal: stop.signal,
      onStep: ({ step, loss, accuracy, examplesPerSecond, secondsLeft }) =>
        progress.update(
          step,
          `loss ${loss.toFixed(3)}, ${(100 * accuracy).toFixed(0)} % right, ${examplesPerSecond.toFixed(0)} pictures/s, ` +
            `${formatDuration(secondsLeft)} left`,
        ),
      onEpoch: ({ epoch, trainLoss, trainAccuracy, testAccuracy }) =>
        terminal.note(
          `Epoch ${epoch + 1}/${recipe.epochs}: loss ${trainLoss.toFixed(4)}, train ${(100 * trainAccuracy).toFixed(2)} %, ` +
            `test ${(100 * testAccuracy).toFixed(2)} %`,
        ),
    });
    progress.stop();
    if (!finished) {
      terminal.note(`Stopped; the same command goes on from the checkpoint in ${folder}.`);
      return EXIT.interrupted;
    }
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  const history = await store.history();
  const card = await makeCard({
    recipe,
    preset: PRESET,
    dataPath: data,
    ...sets,
    weightsPath: store.weightsPath,
    history,
    backend: choice.backend,
  });
  await writeFileAtomic(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  if (options.json === true) printJson(card);
  else
    terminal.print(
      `${name}: ${(100 * card.accuracy.top1).toFixed(2)} % of ${card.accuracy.of} test pictures; ${store.weightsPath}`,
    );
  return EXIT.ok;
}
