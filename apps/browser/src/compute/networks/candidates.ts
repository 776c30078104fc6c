import { detectDialect, type Fit, type FitCandidate, fitNetworks, type WeightFile } from '@convzoo/weights';
import {
  type Dialect,
  type ModelEntry,
  type ModelName,
  modelNames,
  models,
  type ResolvedModel,
  resolveModel,
} from '@convzoo/zoo';
import { withAuxiliary } from './auxiliary.js';

/** A variant of a network of the zoo. */
export interface ZooCandidate extends FitCandidate {
  readonly resolved: ResolvedModel;
}

/** Width multipliers under which the MobileNets, MnasNet and GhostNet were published. */
const WIDTHS = [1, 0.25, 0.35, 0.5, 0.75, 1.25, 1.3, 1.4] as const;

/**
 * Networks of the zoo that fit a weight file, best first. Variants of the dialect that the names are in are tried first, and
 * the others only where none of these fits.
 */
export function networksFor(file: Pick<WeightFile, 'tensors'>): readonly Fit<ZooCandidate>[] {
  const detected = detectDialect(file.tensors.map(({ name }) => name));
  const likely = fitNetworks(
    file,
    candidates((dialects) => dialects.filter((dialect) => dialect === detected)),
  );
  if (likely[0] !== undefined && likely[0].kind !== 'partly') return likely;
  const all = fitNetworks(
    file,
    candidates((dialects) => dialects),
  );
  return all[0] !== undefined && (likely[0] === undefined || all[0].share > likely[0].share) ? all : likely;
}

function* candidates(choose: (dialects: readonly Dialect[]) => readonly Dialect[]): Generator<ZooCandidate> {
  for (const name of modelNames) {
    const entry: ModelEntry = models[name];
    for (const dialect of choose(entry.dialects)) {
      for (const width of entry.anyWidth ? WIDTHS : [1]) yield candidate(name, dialect, width);
    }
  }
}

function candidate(model: ModelName, dialect: Dialect, width: number): ZooCandidate {
  const resolved = resolveModel(model, { dialect, width: width === 1 ? undefined : width });
  const name = width === 1 ? model : `${model}@${width}`;
  return { name, resolved, graph: resolved.entry.build(resolved.options), auxiliary: withAuxiliary(resolved) };
}
