import { ConvzooError, type Graph, inputOf, outputOf, type Parameters } from '@convzoo/layers';
import type { Preset, PresetName } from '@convzoo/preprocessing';
import { bindWeights, detectDialect, fitNetworks, type WeightFile, WeightsFitError } from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { type BuildOptions, type Dialect, type ResolvedModel, resolveModel } from '@convzoo/zoo';
import { type ChosenWeights, chooseWeights, specFor, type WeightsWish } from '../weights/choose.js';
import { presetOfWeights } from '../weights/preset.js';
import { withAuxiliary } from './auxiliary.js';
import { embedded } from './embedded.js';
import { labelsFor, readLabels } from './labels.js';
import { isModelFile } from './model.js';
import { loadOwnNetwork } from './own.js';
import { presetCalled, presetFor } from './preset.js';
import { type OutputKind, outputKindOf } from './scores.js';

/** A network with its weights, and how pictures become its input and its output names. */
export interface LoadedNetwork {
  /** As the user named it. */
  readonly model: string;
  readonly graph: Graph;
  readonly params: Parameters;
  readonly preset: Preset;
  readonly labels: readonly string[];
  readonly outputs: OutputKind;
  /** Where the weights are from, and which variant of the network they chose. */
  readonly origin: string;
}

export const DEFAULT_MODEL = embedded.model;

/** What the user says of the weights; undefined where nothing. */
export interface WeightChoice extends WeightsWish {
  /** Preprocessing, where the weights were made for another than the network's usual one. */
  readonly preset?: string | undefined;
  /** Another input than the network's own. */
  readonly input?: BuildOptions['input'];
  /** A file of class names, where they are not the known ones. */
  readonly labels?: string | undefined;
}

/**
 * Builds a network and binds its weights, whose dialect chooses the variant of the network and its preprocessing; see
 * `chooseWeights` for where they come from. MODEL may also be a file that describes a network.
 */
export async function loadNetwork(model: string, choice: WeightChoice): Promise<LoadedNetwork> {
  if (isModelFile(model)) return loadOwnNetwork(model, choice);
  const network = await loadZooNetwork(model, choice);
  if (choice.labels === undefined) return network;
  return { ...network, labels: await readLabels(choice.labels, outputOf(network.graph).shape[0] ?? 0) };
}

async function loadZooNetwork(model: string, choice: WeightChoice): Promise<LoadedNetwork> {
  resolveModel(model);
  const { preset, input } = choice;
  const wanted = preset === undefined ? undefined : presetCalled(preset);
  const chosen = await chooseWeights(model, choice);
  return bind(specFor(model, chosen), await openWeightsFile(chosen.path), { wanted, input }, chosen);
}

async function bind(
  model: string,
  file: WeightFile,
  { wanted, input }: { readonly wanted: PresetName | undefined; readonly input: BuildOptions['input'] },
  { origin, entry }: ChosenWeights,
): Promise<LoadedNetwork> {
  try {
    const dialect = dialectOf(model, file);
    const options = { input, classes: entry?.classes, ...(dialect !== undefined && { dialect }) };
    const usual = resolveModel(model, options);
    const classes = classesOf(usual, file);
    const resolved = classes === undefined ? usual : resolveModel(model, { ...options, classes });
    const graph = resolved.entry.build(resolved.options);
    const auxiliary = withAuxiliary(resolved);
    const { params, report } = await bindWeights(graph, file, { finite: true, auxiliary }).catch((error: unknown) =>
      explained(error, file),
    );
    const { shape } = inputOf(graph);
    const preset = wanted ?? entry?.preprocessing.preset ?? resolved.preset;
    // What the weights were measured with, at the input that they were measured at.
    const published = entry?.input.join() === shape.join() && wanted === undefined ? presetOfWeights(entry) : undefined;
    const variant = report.dialect === resolved.dialect ? '' : `, names of ${report.dialect}`;
    const forClasses = classes === undefined ? '' : `, for the file's ${classes} classes`;
    const leftOut =
      report.leftOut.length === 0 ? '' : `; left out ${report.leftOut.length} tensors of its auxiliary classifiers`;
    return {
      model,
      graph,
      params,
      preset: published ?? presetFor(preset, shape),
      labels: await labelsFor(outputOf(graph).shape[0] ?? 0, shape[0] ?? 0),
      outputs: outputKindOf(graph),
      origin: `${origin}; ${resolved.dialect}'s variant of the network${forClasses}, preprocessing ${published?.name ?? preset}${variant}${leftOut}`,
    };
  } finally {
    await file.close();
  }
}

/** The number of classes that the file is for, where that alone is not the network's. */
function classesOf(resolved: ResolvedModel, file: WeightFile): number | undefined {
  const graph = resolved.entry.build(resolved.options);
  const [fit] = fitNetworks(file, [{ name: resolved.name, graph, auxiliary: withAuxiliary(resolved) }]);
  return fit?.classes?.found;
}

/** What to do about a file that does not fit, beside what is wrong. */
function explained(error: unknown, { name }: WeightFile): never {
  if (!(error instanceof WeightsFitError)) throw error;
  throw new ConvzooError(error.code, `${error.message}\nWhich network fits it: convzoo weights inspect ${name}`, {
    cause: error,
  });
}

/** The dialect that the file's names are in, where the network exists in it. */
function dialectOf(model: string, file: WeightFile): Dialect | undefined {
  const detected = detectDialect(file.tensors.map(({ name }) => name));
  const { entry } = resolveModel(model);
  return entry.dialects.find((dialect) => dialect === detected);
}
