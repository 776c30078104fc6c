import { formatShape, inputOf, outputOf, sizeOf } from '@convzoo/layers';
import { labelsFor, type PresetName, presetFor } from '@convzoo/preprocessing';
import { classesOf, outputKindOf } from '@convzoo/runtime';
import { openWeightsFile } from '@convzoo/weights/node';
import { UsageError } from '../errors.js';
import { resolveWeights } from '../weights/resolve.js';
import { readLabels } from './labels.js';
import type { LoadedNetwork, WeightChoice } from './load.js';
import { type OpenedModel, openModel } from './model.js';
import { presetCalled } from './preset.js';

/**
 * A network from a file of the user's, with weights of the same file or of another. What pictures it was trained on no
 * file says, so preprocessing is assumed where the user does not name it, and said to be.
 */
export async function loadOwnNetwork(
  model: string,
  { weights, preset, labels, input, terminal }: WeightChoice,
): Promise<LoadedNetwork> {
  const opened = await openModel(model, { input });
  const { graph, bind, notes } = opened;
  const { shape } = inputOf(graph);
  if (shape.length !== 3) {
    throw new UsageError('bad-option', `${model} takes a vector of ${formatShape(shape)}, and no pictures.`);
  }
  const wanted = preset === undefined ? undefined : presetCalled(preset);
  const used = wanted ?? assumedPreset(opened);
  const outputs = sizeOf(outputOf(graph).shape);
  const file =
    weights === undefined ? undefined : await openWeightsFile((await resolveWeights(weights, { terminal })).path);
  const params = file === undefined ? await opened.weights?.() : (await bind(file).finally(() => file.close())).params;
  if (params === undefined) {
    throw new UsageError('no-weights', `${model} is an architecture without weights. Give a file: --weights FILE.`);
  }
  const classes = classesOf(outputs);
  const parts = [
    weights === undefined ? `with the weights of ${model}` : `weights of ${weights}`,
    `preprocessing ${used}${wanted === undefined ? ', assumed: say which by --preset' : ''}`,
    ...notes,
  ];
  return {
    model,
    graph,
    params,
    preset: presetFor(used, shape),
    labels: labels === undefined ? await labelsFor(classes, shape[0] ?? 0) : await readLabels(labels, classes),
    outputs: outputKindOf(graph),
    origin: parts.join('; '),
  };
}

/** Sides up to which pictures are taken for CIFAR's. */
const SMALL = 64;

/**
 * A guess: one channel is a digit's; a network that rescales its input itself takes bytes; the others what most of their
 * framework take, which is from -1 to 1 in keras.applications.
 */
function assumedPreset({ graph, source }: OpenedModel): PresetName {
  const { shape, id } = inputOf(graph);
  const [height = 0, , channels] = shape;
  if (channels === 1) return 'mnist';
  const rescales = graph.nodes.some(({ op, inputs }) => op === 'rescale' && inputs[0] === id);
  if (height <= SMALL) return rescales || source === 'keras' ? 'cifar10-raw' : 'cifar10';
  if (rescales) return 'imagenet-raw';
  return source === 'keras' ? 'imagenet-tf-inception' : 'imagenet-torch';
}
