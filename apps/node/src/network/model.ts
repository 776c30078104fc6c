import { channelsOf, type Graph, inputOf, type Parameters, replaceHead, withInputShape } from '@convzoo/layers';
import { type BuildOptions, type ResolvedModel, resolveModel } from '@convzoo/zoo';
import { UsageError } from '../errors.js';
import { graphFromModule, isModulePath } from './module.js';

/** What a user's MODEL turned out to be. */
export interface OpenedModel {
  /** For messages and file names: the name in the zoo, or the graph's own. */
  readonly name: string;
  readonly graph: Graph;
  /** The zoo, a file of TypeScript or JavaScript, a graph as JSON, or a model of Keras or TensorFlow.js. */
  readonly source: 'zoo' | 'module' | 'json' | 'keras';
  /** Where the file has its own, as Keras's do. */
  readonly weights?: Parameters;
  /** What the name means, for networks of the zoo. */
  readonly resolved?: ResolvedModel;
}

/**
 * Turns what a user typed as MODEL into a graph, in every command alike: a network of the zoo (`resnet50`,
 * `mobilenet_v1@0.5,160`, `keras/vgg16`), an architecture of one's own (`./my-net.ts`, also .js and .mjs), a graph as JSON,
 * or a model that Keras or TensorFlow.js saved (`.h5`, `.keras`, `model.json`).
 *
 * Options apply to every kind: to the zoo's as its entries have them, to others as a new input shape and a new head.
 *
 * @throws ConvzooError `unknown-model`, `bad-option`; UsageError `no-such-file`, `bad-module`, `no-default-export`,
 *   `not-a-graph`; what the readers of the files throw
 */
export async function openModel(text: string, options: BuildOptions = {}): Promise<OpenedModel> {
  if (!isModulePath(text)) {
    const resolved = resolveModel(text, options);
    return { name: resolved.name, graph: resolved.entry.build(resolved.options), source: 'zoo', resolved };
  }
  const graph = adapted(text, await graphFromModule(text), options);
  return { name: graph.name, graph, source: 'module' };
}

/** A graph that is there already, for another input or number of classes. */
function adapted(text: string, graph: Graph, { input, classes, ...others }: BuildOptions): Graph {
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) {
      throw new UsageError('bad-option', `${text} is no network of the zoo, so it has no choice of ${name}.`);
    }
  }
  const shape = typeof input === 'number' ? [input, input, channelsOf(inputOf(graph).shape)] : input;
  const resized = shape === undefined ? graph : withInputShape(graph, shape);
  return classes === undefined ? resized : replaceHead(resized, classes);
}
