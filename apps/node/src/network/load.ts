import { ConvzooError, type Graph, inputOf, outputOf, type Parameters } from '@convzoo/layers';
import { labelsFor, type Preset, type PresetName, presetFor, presetOfWeights } from '@convzoo/preprocessing';
import { type OutputKind, outputKindOf } from '@convzoo/runtime';
import {
  type BoundWeights,
  bindWeights,
  detectDialect,
  fitNetworks,
  type WeightFile,
  WeightsFitError,
} from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { type BuildOptions, type Dialect, type ResolvedModel, resolveModel, withAuxiliary } from '@convzoo/zoo';
import { type ChosenWeights, chooseWeights, specFor, type WeightsWish } from '../weights/choose.js';
import { readLabels } from './labels.js';
import { isModelFile } from './model.js';
import { presetCalled } from './preset.js';

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
  /** Of the values, where they are those of a file: equal for no others. */
  readonly fingerprint?: string | undefined;
  /** Where parameters are still to be read from a file: closes it. */
  close?(): Promise<void>;
}

/** What the user says of the weights; undefined where nothing. */
export interface WeightChoice extends WeightsWish {
  /** Preprocessing, where the weights were made for another than the network's usual one. */
  readonly preset?: string | undefined;
  /** Another input than the network's own. */
  readonly input?: BuildOptions['input'];
  /** A file of class names, where they are not the known ones. */
  readonly labels?: string | undefined;
  /** Leaves large parameters in their file until a backend asks for them; the network is to be closed then. */
  readonly lazy?: boolean | undefined;
}

/**
 * Builds a network and binds its weights, whose dialect chooses the variant of the network and its preprocessing; see
 * `chooseWeights` for where they come from. MODEL may also be a file that describes a network.
 */
export async function loadNetwork(model: string, choice: WeightChoice): Promise<LoadedNetwork> {
  if (isModelFile(model)) return (await import('./own.js')).loadOwnNetwork(model, choice);
  const network = await loadZooNetwork(model, choice);
  if (choice.labels === undefined) return network;
  return { ...network, labels: await readLabels(choice.labels, outputOf(network.graph).shape[0] ?? 0) };
}

async function loadZooNetwork(model: string, choice: WeightChoice): Promise<LoadedNetwork> {
  resolveModel(model);
  const { preset, input, lazy = false } = choice;
  const wanted = preset === undefined ? undefined : presetCalled(preset);
  const chosen = await chooseWeights(model, choice);
  return bind(specFor(model, chosen), await openWeightsFile(chosen.path), { wanted, input, lazy }, chosen);
}

async function bind(
  model: string,
  file: WeightFile,
  {
    wanted,
    input,
    lazy,
  }: {
    readonly wanted: PresetName | undefined;
    readonly input: BuildOptions['input'];
    readonly lazy: boolean;
  },
  { origin, entry }: ChosenWeights,
): Promise<LoadedNetwork> {
  let open = false;
  try {
    const dialect = dialectOf(model, file);
    const options = { input, classes: entry?.classes, ...(dialect !== undefined && { dialect }) };
    const { resolved, graph, params, report, classes } = await bindOrRefit(model, options, file, lazy);
    const { shape } = inputOf(graph);
    const preset = wanted ?? entry?.preprocessing.preset ?? resolved.preset;
    // What the weights were measured with, at the input that they were measured at.
    const published = entry?.input.join() === shape.join() && wanted === undefined ? presetOfWeights(entry) : undefined;
    const variant = report.dialect === resolved.dialect ? '' : `, names of ${report.dialect}`;
    const forClasses = classes === undefined ? '' : `, for the file's ${classes} classes`;
    const leftOut =
      report.leftOut.length === 0 ? '' : `; left out ${report.leftOut.length} tensors of its auxiliary classifiers`;
    open = lazy;
    return {
      ...(lazy && { close: () => file.close() }),
      ...(file.fingerprint !== undefined && { fingerprint: `${file.fingerprint} ${report.dialect}` }),
      model,
      graph,
      params,
      preset: published ?? presetFor(preset, shape),
      labels: await labelsFor(outputOf(graph).shape[0] ?? 0, shape[0] ?? 0),
      outputs: outputKindOf(graph),
      origin: `${origin}; ${resolved.dialect}'s variant of the network${forClasses}, preprocessing ${published?.name ?? preset}${variant}${leftOut}`,
    };
  } finally {
    if (!open) await file.close();
  }
}

/** A network of the zoo with the weights of a file. */
interface BoundNetwork extends BoundWeights {
  readonly resolved: ResolvedModel;
  readonly graph: Graph;
  /** The file's number of classes, where it is not the network's. */
  readonly classes?: number | undefined;
}

/** Binds the network as it usually is, or else for the number of classes that the file has. */
async function bindOrRefit(
  model: string,
  options: BuildOptions,
  file: WeightFile,
  lazy: boolean,
): Promise<BoundNetwork> {
  const usual = resolveModel(model, options);
  try {
    return await bindTo(usual, file, lazy);
  } catch (error) {
    const classes = error instanceof WeightsFitError ? classesOf(usual, file) : undefined;
    if (classes === undefined) return explained(error, file);
    const other = resolveModel(model, { ...options, classes });
    return { ...(await bindTo(other, file, lazy).catch((cause: unknown) => explained(cause, file))), classes };
  }
}

async function bindTo(resolved: ResolvedModel, file: WeightFile, lazy: boolean): Promise<BoundNetwork> {
  const graph = resolved.entry.build(resolved.options);
  return {
    ...(await bindWeights(graph, file, { finite: true, auxiliary: withAuxiliary(resolved), lazy })),
    resolved,
    graph,
  };
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
