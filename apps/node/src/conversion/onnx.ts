import { type OnnxOptions, OPSET, toOnnx, type ValueInfo } from '@convzoo/backend-onnx';
import { openWeightsFile } from '@convzoo/weights/node';
import { resolveModel } from '@convzoo/zoo';
import { describeFailure, UsageError } from '../errors.js';
import { type LoadedNetwork, loadNetwork } from '../network/load.js';
import { isModelFile } from '../network/model.js';
import type { Terminal } from '../output/terminal.js';
import { version } from '../version.js';
import { resolveWeights } from '../weights/resolve.js';
import { networkOf } from './network.js';
import { type Output, writeFiles } from './output.js';

export interface OnnxWish {
  /** Network of the file, where the first argument is weights. */
  readonly model?: string | undefined;
  /** Weights of the network, where the first argument is a network. */
  readonly weights?: string | undefined;
  /** Preprocessing that the weights were made with, where the network does not say. */
  readonly preset?: string | undefined;
  /** How maps go in and come out. */
  readonly layout: 'nchw' | 'nhwc';
  /** Folds BatchNorm into convolutions; the parameters then have no names that can be read again. */
  readonly fold: boolean;
  /** Results beside the output. */
  readonly taps: readonly string[];
  readonly force: boolean;
}

/** What was written. */
export interface OnnxExport {
  readonly file: string;
  readonly bytes: number;
  readonly network: string;
  /** Where the weights are from. */
  readonly origin: string;
  readonly opset: number;
  readonly layout: OnnxWish['layout'];
  readonly folded: boolean;
  readonly input: ValueInfo;
  readonly outputs: readonly ValueInfo[];
}

/** Writes a network with its weights as an ONNX model. */
export async function exportOnnx(
  text: string,
  output: Output,
  wish: OnnxWish,
  terminal: Terminal,
): Promise<OnnxExport> {
  const { layout, fold, taps, force } = wish;
  const network = await networkFor(text, wish, terminal);
  const { graph, params, origin } = network;
  const options: OnnxOptions = {
    layout: layout === 'nchw' ? 'channels-first' : 'channels-last',
    optimise: fold,
    taps,
    producerVersion: version(),
    metadata: factsOf(network, wish.preset),
  };
  const written = toOnnx(graph, params, options);
  await writeFiles(new Map([[output.path, written.bytes]]), force);
  return {
    file: output.path,
    bytes: written.bytes.length,
    network: graph.name,
    origin,
    opset: OPSET,
    layout,
    folded: fold,
    input: written.input,
    outputs: [written.output, ...written.taps.values()],
  };
}

/** The network that the argument means: its name, a file that describes it, or weights, by their names and shapes. */
async function networkFor(text: string, wish: OnnxWish, terminal: Terminal): Promise<LoadedNetwork> {
  const { model, weights, preset } = wish;
  if (model !== undefined && weights !== undefined) {
    throw new UsageError('bad-option', `${text} and --weights are two files for ${model}; leave one out.`);
  }
  if (model !== undefined) return loadNetwork(model, { weights: text, preset, terminal });
  if (isZooName(text)) return loadNetwork(text, { weights, preset, terminal });
  if (isModelFile(text)) {
    try {
      return await loadNetwork(text, { weights, preset, terminal });
    } catch (error) {
      // Weights alone, in a format that may hold a network too.
      if (weights !== undefined || describeFailure(error).code !== 'no-architecture') throw error;
    }
  }
  if (weights !== undefined) {
    throw new UsageError('bad-option', `${text} is no network, so --weights has nothing to go with.`);
  }
  return loadNetwork(await networkOfWeights(text, terminal), { weights: text, preset, terminal });
}

async function networkOfWeights(text: string, terminal: Terminal): Promise<string> {
  const { path, entry } = await resolveWeights(text, { terminal });
  if (entry !== undefined) return entry.model;
  const file = await openWeightsFile(path);
  try {
    const network = networkOf(file);
    if (network !== undefined) return network.spec;
    throw new UsageError(
      'no-network',
      `No network of the zoo fits ${file.name}, and ONNX holds a whole network. Give --model NAME; "convzoo weights inspect ${file.name}" says which is closest.`,
    );
  } finally {
    await file.close();
  }
}

function isZooName(text: string): boolean {
  try {
    resolveModel(text);
    return true;
  } catch {
    return false;
  }
}

/** What a program that opens the file needs to know. Nothing of this machine: no paths. */
function factsOf(network: LoadedNetwork, wanted: string | undefined): ReadonlyMap<string, string> {
  const { model, preset, labels, outputs } = network;
  // What a network of the user's own was trained on no file says, unless the user does.
  const isOwn = isModelFile(model);
  return new Map([
    ...(isOwn && wanted === undefined ? [] : [['preprocessing', JSON.stringify(preset)] as const]),
    ...(isOwn ? [] : [['labels', JSON.stringify(labels)] as const]),
    ['outputs', outputs],
  ]);
}
