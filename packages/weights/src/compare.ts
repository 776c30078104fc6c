import { type DType, type Graph, headOf } from '@convzoo/layers';
import type { Misfit } from './fit-error.js';
import { fitsLayout } from './layout/index.js';
import type { Match } from './match.js';
import type { TensorInfo, WeightFile } from './weight-file.js';

/** What binding did, for people and for logs. */
export interface BindReport extends Misfit {
  /** Parameters whose name in the file is not their path. */
  readonly renamed: readonly { readonly path: string; readonly name: string }[];
  /** Parameters whose element type in the file is not float32. */
  readonly converted: readonly { readonly path: string; readonly from: DType }[];
  /** Tensors of the file that hold no parameter, e.g. torch's `num_batches_tracked`. */
  readonly ignored: readonly string[];
  /** Tensors of auxiliary classifiers, which the network was built without. */
  readonly leftOut: readonly string[];
  /** What was done to all names, e.g. that a prefix was taken off. */
  readonly notes: readonly string[];
}

/** Everything in which the two sides of a match differ. */
export function compare(
  { dialect, params, tensorOf, ignored, note, leftOut }: Match,
  file: Pick<WeightFile, 'tensors'>,
): BindReport {
  const missing: Misfit['missing'][number][] = [];
  const misshaped: Misfit['misshaped'][number][] = [];
  const renamed: BindReport['renamed'][number][] = [];
  const converted: BindReport['converted'][number][] = [];
  const used = new Set<TensorInfo>();
  for (const { place, name, layout } of params) {
    const { path } = place.spec;
    const tensor = tensorOf.get(path);
    if (tensor === undefined) {
      missing.push({ path, name, shape: layout.shape });
      continue;
    }
    used.add(tensor);
    if (!fitsLayout(layout, tensor.shape))
      misshaped.push({ path, name: tensor.name, shape: layout.shape, found: tensor.shape });
    else if (tensor.dtype !== 'float32') converted.push({ path, from: tensor.dtype });
    if (tensor.name !== path) renamed.push({ path, name: tensor.name });
  }
  const isIgnored = new Set([...ignored, ...leftOut]);
  const unexpected = file.tensors
    .filter((tensor) => !used.has(tensor) && !isIgnored.has(tensor.name))
    .map(({ name, shape }) => ({ name, shape }));
  const notes = note === undefined ? [] : [note];
  return { dialect: dialect.name, missing, unexpected, misshaped, renamed, converted, ignored, leftOut, notes };
}

/** Paths of the classifier's parameters; none where no one layer is it. */
export function headPaths(graph: Graph): ReadonlySet<string> {
  try {
    return new Set(headOf(graph).params.map(({ path }) => path));
  } catch {
    // A network with several outputs or none that is a classifier: only the message is the poorer.
    return new Set();
  }
}
