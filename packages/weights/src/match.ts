import { type Graph, paramsOf } from '@convzoo/layers';
import { type Dialect, detectDialect, dialects, type SourceParam, sourceParams } from './dialects/index.js';
import { fitsLayout } from './layout/index.js';
import type { TensorInfo, WeightFile } from './weight-file.js';

/** The parameters of a network and the tensors of a file, paired by name in one dialect. */
export interface Match {
  readonly dialect: Dialect;
  readonly params: readonly SourceParam[];
  /** By the parameter's path. */
  readonly tensorOf: ReadonlyMap<string, TensorInfo>;
  /** How many of them have the parameter's shape. */
  readonly fitting: number;
  /** Names in the file of what holds no parameter. */
  readonly ignored: readonly string[];
  readonly note: string | undefined;
  /** Names in the file of what belongs to auxiliary classifiers that the network was built without. */
  readonly leftOut: readonly string[];
}

/**
 * Pairs a network with a file. `auxiliary` is the same network with its auxiliary classifiers: what the file has for them
 * is left out, whatever its shape.
 */
export function matchNetwork(
  graph: Graph,
  file: Pick<WeightFile, 'tensors'>,
  auxiliary?: Graph,
  candidates?: readonly Dialect[],
): Match {
  if (auxiliary === undefined) return matchDialect(graph, file, candidates);
  const whole = matchDialect(auxiliary, file, candidates);
  const own = new Set(paramsOf(graph).map(({ path }) => path));
  const params = whole.params.filter(({ place }) => own.has(place.spec.path));
  if (params.length !== own.size) {
    throw new TypeError(`${auxiliary.name} with auxiliary classifiers lacks parameters of ${graph.name}.`);
  }
  const leftOut = [...whole.tensorOf].filter(([path]) => !own.has(path)).map(([, { name }]) => name);
  const fitting = params.filter(({ place, layout }) => {
    const tensor = whole.tensorOf.get(place.spec.path);
    return tensor !== undefined && fitsLayout(layout, tensor.shape);
  }).length;
  return { ...whole, params, fitting, leftOut };
}

/** The dialect in which most parameters find a tensor of their shape; where dialects agree, the one that the names suggest. */
function matchDialect(graph: Graph, file: Pick<WeightFile, 'tensors'>, candidates?: readonly Dialect[]): Match {
  const names = file.tensors.map(({ name }) => name);
  const suggested = detectDialect(names);
  const ordered = candidates ?? Object.values(dialects).sort((a, b) => rank(a, suggested) - rank(b, suggested));
  let best: Match | undefined;
  for (const dialect of ordered) {
    for (const match of matches(graph, file.tensors, names, dialect)) {
      if (best === undefined || match.fitting > best.fitting) best = match;
      // No other can do better.
      if (best.fitting === best.params.length) return best;
    }
  }
  if (best === undefined) throw new TypeError('matchDialect needs at least one dialect');
  return best;
}

const rank = (dialect: Dialect, suggested: string | undefined): number => (dialect.name === suggested ? 0 : 1);

/** With the names as they are, and as the dialect would have them: a prefix may be a wrapper's or the network's own. */
function matches(
  graph: Graph,
  tensors: readonly TensorInfo[],
  names: readonly string[],
  dialect: Dialect,
): readonly Match[] {
  const canonical = dialect.canonical(names);
  const plain = pair(graph, tensors, names, dialect, undefined);
  const changed = canonical.names.some((name, i) => name !== names[i]);
  return changed ? [pair(graph, tensors, canonical.names, dialect, canonical.note), plain] : [plain];
}

function pair(
  graph: Graph,
  tensors: readonly TensorInfo[],
  names: readonly string[],
  dialect: Dialect,
  note: string | undefined,
): Match {
  const byName = new Map<string, TensorInfo>();
  const ignored: string[] = [];
  tensors.forEach((tensor, i) => {
    const name = names[i] ?? tensor.name;
    if (dialect.ignores(name)) ignored.push(tensor.name);
    // Two tensors of one canonical name: the first counts, and the other is reported as unexpected.
    else if (!byName.has(name)) byName.set(name, tensor);
  });
  const params = sourceParams(graph, dialect, new Set(byName.keys()));
  const tensorOf = new Map<string, TensorInfo>();
  let fitting = 0;
  for (const { place, name, aliases, layout } of params) {
    const spelling = [name, ...aliases].find((candidate) => byName.has(candidate));
    const tensor = spelling === undefined ? undefined : byName.get(spelling);
    if (spelling === undefined || tensor === undefined) continue;
    tensorOf.set(place.spec.path, tensor);
    if (fitsLayout(layout, tensor.shape)) fitting++;
    // One tensor fills one parameter.
    byName.delete(spelling);
  }
  return { dialect, params, tensorOf, fitting, ignored, note, leftOut: [] };
}
