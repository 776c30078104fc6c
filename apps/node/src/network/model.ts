import { existsSync } from 'node:fs';
import { channelsOf, formatShape, type Graph, inputOf, type Pair, replaceHead, withInputShape } from '@convzoo/layers';
import { bindWeights } from '@convzoo/weights';
import { type BuildOptions, type ResolvedModel, resolveModel } from '@convzoo/zoo';
import { UsageError } from '../errors.js';
import type { Binder, FoundNetwork } from './found.js';
import { graphFromModule, isModulePath } from './module.js';

/** What a user's MODEL turned out to be. */
export interface OpenedModel extends Omit<FoundNetwork, 'source'> {
  /** For messages and file names: the name in the zoo, or the graph's own. */
  readonly name: string;
  readonly source: 'zoo' | FoundNetwork['source'];
  readonly bind: Binder;
  readonly notes: readonly string[];
  /** What the name means, for networks of the zoo. */
  readonly resolved?: ResolvedModel;
}

/**
 * Turns what a user typed as MODEL into a graph, in every command alike: a network of the zoo (`resnet50`,
 * `mobilenet_v1@0.5,160`, `keras/vgg16`), an architecture of one's own (`./my-net.ts`, also .js and .mjs), a graph as JSON,
 * or a model that Keras or TensorFlow.js saved (`.h5`, `.keras`, `model.json`, or the folder of one).
 *
 * Options apply to every kind: to the zoo's as its entries have them, to others as a new input shape and a new head.
 *
 * @throws ConvzooError `unknown-model`, `bad-option`; UsageError `no-such-file`, `bad-module`, `no-default-export`,
 *   `not-a-graph`; KerasImportError; what the readers of the files throw
 */
export async function openModel(text: string, options: BuildOptions = {}): Promise<OpenedModel> {
  if (!isModelFile(text)) {
    const resolved = zooModel(text, options);
    const graph = resolved.entry.build(resolved.options);
    return { name: resolved.name, graph, source: 'zoo', resolved, notes: [], bind: binderOf(graph) };
  }
  const { input, classes } = checkOptions(text, options);
  const size = sizeOf(input);
  const found = await openFile(text, size);
  const graph = resized(text, found.graph, size, classes);
  // Weights are of the network as it was; with another head they no longer fit.
  const { weights, ...rest } = found;
  const own = weights === undefined || classes !== undefined ? {} : { weights };
  return { ...rest, ...own, name: graph.name, graph, notes: found.notes ?? [], bind: found.bind ?? binderOf(graph) };
}

/** Whether MODEL is a file rather than a name of the zoo: by its ending, or as a folder with a model.json. */
export const isModelFile = (text: string): boolean =>
  isModulePath(text) || isKerasPath(text) || isJsonPath(text) || (existsSync(`${text}/model.json`) && !isZooName(text));

/** A folder `resnet50` does not hide the network; `./resnet50` is the folder. */
function isZooName(text: string): boolean {
  try {
    resolveModel(text);
    return true;
  } catch {
    return false;
  }
}

const isKerasPath = (path: string): boolean => /\.(h5|hdf5|keras)$/i.test(path);
const isJsonPath = (path: string): boolean => /\.json$/i.test(path);

async function openFile(path: string, size: Pair | undefined): Promise<FoundNetwork> {
  if (isModulePath(path)) return { graph: await graphFromModule(path), source: 'module' };
  if (!existsSync(path)) throw new UsageError('no-such-file', `${path}: there is no such file.`);
  // Loaded where they are needed: networks of the zoo are had without.
  if (isKerasPath(path)) return (await import('./keras-file.js')).openKerasFile(path, size);
  return (await import('./json-file.js')).openJson(isJsonPath(path) ? path : `${path}/model.json`, size);
}

const binderOf =
  (graph: Graph): Binder =>
  (file, { finite = true } = {}) =>
    bindWeights(graph, file, { finite });

function zooModel(text: string, options: BuildOptions): ResolvedModel {
  try {
    return resolveModel(text, options);
  } catch (error) {
    if (!existsSync(text)) throw error;
    throw new UsageError(
      'unknown-model',
      `${text} is a file, but none that holds an architecture: that is .ts, .js, .mjs, .json, .h5 or .keras. Weights go with --weights.`,
    );
  }
}

function checkOptions(text: string, { input, classes, ...others }: BuildOptions): BuildOptions {
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) {
      throw new UsageError('bad-option', `${text} is no network of the zoo, so it has no choice of ${name}.`);
    }
  }
  return { input, classes };
}

/** Height and width; the channels are the network's own. */
function sizeOf(input: BuildOptions['input']): Pair | undefined {
  if (typeof input === 'number') return [input, input];
  const [height, width] = input ?? [];
  return height === undefined || width === undefined ? undefined : [height, width];
}

/** A graph that is there already, for another input or number of classes. */
function resized(text: string, graph: Graph, size: Pair | undefined, classes: number | undefined): Graph {
  const { shape } = inputOf(graph);
  if (size !== undefined && shape.length !== 3) {
    throw new UsageError(
      'bad-option',
      `${text} takes a vector of ${formatShape(shape)}, so it has no height and width.`,
    );
  }
  const other = size === undefined ? graph : withInputShape(graph, [...size, channelsOf(shape)]);
  return classes === undefined ? other : replaceHead(other, classes);
}
