import { type Graph, inputOf, type Parameters } from '@convzoo/layers';
import { presetFor, presetOfWeights } from '@convzoo/preprocessing';
import { bindWeights, type Fit, fitVariants, type WeightFile } from '@convzoo/weights';
import { resolveModel, withAuxiliary, type ZooVariant, zooVariants } from '@convzoo/zoo';
import type { PretrainedWeights } from '@convzoo/zoo/pretrained';
import { AppError } from '../../errors/app-error.js';
import { type LoadedNetwork, loadedNetwork } from './loaded.js';
import { assumedPreset } from './preset.js';

/** Published weights, which say what they are of. */
export async function bindEntry(key: string, file: WeightFile, entry: PretrainedWeights): Promise<LoadedNetwork> {
  const { model, dialect, classes, input, name } = entry;
  const resolved = resolveModel(model, { dialect, classes, input });
  const graph = resolved.entry.build(resolved.options);
  const { params } = await bindWeights(graph, file, { finite: true, auxiliary: withAuxiliary(resolved) });
  const { shape } = inputOf(graph);
  return loadedNetwork({
    key,
    name,
    origin: entry.source,
    graph,
    params,
    preset: presetOfWeights(entry) ?? presetFor(entry.preprocessing.preset, shape),
    top1: entry.top1,
  });
}

/** A file of the user's: whichever network of the zoo it is of, else the architecture that it carries itself. */
export async function bindFile(key: string, file: WeightFile): Promise<LoadedNetwork> {
  const [fit] = fitVariants(file, zooVariants);
  if (fit !== undefined && fit.kind !== 'partly') return bindFit(key, file, fit);
  if (file.metadata.has('model_config')) return importOwn(key, file);
  throw new AppError('no-fitting-network', noFit(file, fit));
}

async function bindFit(key: string, file: WeightFile, { candidate, classes }: Fit<ZooVariant>): Promise<LoadedNetwork> {
  const resolved =
    classes === undefined ? candidate.resolved : resolveAgain(candidate.resolved, { classes: classes.found });
  const graph = classes === undefined ? candidate.graph : resolved.entry.build(resolved.options);
  const { params, report } = await bindWeights(graph, file, { finite: true, auxiliary: withAuxiliary(resolved) });
  return loadedNetwork({
    key,
    name: candidate.name,
    origin: file.name,
    notes: report.notes,
    graph,
    params,
    preset: presetFor(resolved.preset, inputOf(graph).shape),
  });
}

type Resolved = ZooVariant['resolved'];

const resolveAgain = ({ name, options }: Resolved, more: { readonly classes: number }): Resolved =>
  resolveModel(name, { ...options, ...more });

async function importOwn(key: string, file: WeightFile): Promise<LoadedNetwork> {
  // Only those need it who bring an architecture of their own.
  const { importKerasModel } = await import('@convzoo/keras-import');
  const { graph, params, notes }: { graph: Graph; params: Parameters; notes: readonly string[] } =
    await importKerasModel(file, { finite: true });
  const preset = assumedPreset(graph);
  return loadedNetwork({
    key,
    name: graph.name,
    origin: file.name,
    notes: [`No file says what pictures it was trained on: preprocessing ${preset} is assumed.`, ...notes],
    graph,
    params,
    preset: presetFor(preset, inputOf(graph).shape),
  });
}

function noFit({ name, tensors }: WeightFile, nearest: Fit<ZooVariant> | undefined): string {
  if (nearest === undefined) return `${name} has ${tensors.length} tensors, and no network of the zoo has any of them.`;
  const { candidate, matched, total, report } = nearest;
  const missing = report.missing.slice(0, 3).map(({ name: tensor }) => tensor);
  const list =
    missing.length === 0 ? '' : `; missing are ${missing.join(', ')}${report.missing.length > 3 ? ' ...' : ''}`;
  return `${name} is of no network of the zoo. The nearest is ${candidate.name}, of whose ${total} parameters it has ${matched}${list}.`;
}
