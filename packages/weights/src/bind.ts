import { type DType, type Float32Tensor, float32Tensor, type Graph, headOf, type Parameters } from '@convzoo/layers';
import { toFloat32 } from './convert.js';
import { type DialectName, dialects } from './dialects/index.js';
import { WeightsError } from './errors.js';
import { fitError, type Misfit } from './fit-error.js';
import { fitsLayout } from './layout/index.js';
import { type Match, matchDialect } from './match.js';
import type { TensorInfo, WeightFile } from './weight-file.js';

export interface BindOptions {
  /** By default the one that fits best. */
  readonly dialect?: DialectName;
  /**
   * By default everything must fit. With false, parameters that are missing or mis-shaped are left out of the result, and
   * tensors that are not wanted are passed over: for a new classifier on an old network.
   */
  readonly strict?: boolean;
  /** Refuses values that are NaN or infinite; off by default, since it reads everything once more. */
  readonly finite?: boolean;
}

/** What binding did, for people and for logs. */
export interface BindReport extends Misfit {
  /** Parameters whose name in the file is not their path. */
  readonly renamed: readonly { readonly path: string; readonly name: string }[];
  /** Parameters whose element type in the file is not float32. */
  readonly converted: readonly { readonly path: string; readonly from: DType }[];
  /** Tensors of the file that hold no parameter, e.g. torch's `num_batches_tracked`. */
  readonly ignored: readonly string[];
  /** What was done to all names, e.g. that a prefix was taken off. */
  readonly notes: readonly string[];
}

export interface BoundWeights {
  /** In the order of the graph. */
  readonly params: Parameters;
  readonly report: BindReport;
}

/**
 * Reads the parameters of a network from a weight file: names by the dialect, layouts by role, element types to float32.
 * Throws WeightsFitError (code `weights-do-not-fit`) with all that is missing, unexpected and mis-shaped, and WeightsError
 * `bad-value` for values that are no weights.
 */
export async function bindWeights(graph: Graph, file: WeightFile, options: BindOptions = {}): Promise<BoundWeights> {
  const { strict = true, finite = false } = options;
  const match = matchDialect(graph, file, options.dialect === undefined ? undefined : [dialects[options.dialect]]);
  const report = compare(match, file);
  const { missing, misshaped, unexpected } = report;
  const fits = missing.length === 0 && misshaped.length === 0 && unexpected.length === 0;
  const nothing = missing.length + misshaped.length === match.params.length && match.params.length > 0;
  if ((strict && !fits) || nothing) {
    throw fitError(report, { file: file.name, graph: graph.name, total: match.params.length, head: headPaths(graph) });
  }
  const bound = await readAll(match, file, new Set(misshaped.map(({ path }) => path)), finite);
  return { params: inGraphOrder(match, bound), report };
}

function compare({ dialect, params, tensorOf, ignored, note }: Match, file: WeightFile): BindReport {
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
  const isIgnored = new Set(ignored);
  const unexpected = file.tensors
    .filter((tensor) => !used.has(tensor) && !isIgnored.has(tensor.name))
    .map(({ name, shape }) => ({ name, shape }));
  const notes = note === undefined ? [] : [note];
  return { dialect: dialect.name, missing, unexpected, misshaped, renamed, converted, ignored, notes };
}

/** Reads in the file's order, which is that of its bytes, one tensor at a time: no more than one is held twice. */
async function readAll(
  { params, tensorOf }: Match,
  file: WeightFile,
  skipped: ReadonlySet<string>,
  finite: boolean,
): Promise<ReadonlyMap<string, Float32Tensor>> {
  const wanted = new Map(params.map((param) => [tensorOf.get(param.place.spec.path), param]));
  const bound = new Map<string, Float32Tensor>();
  for (const tensor of file.tensors) {
    const param = wanted.get(tensor);
    if (param === undefined || skipped.has(param.place.spec.path)) continue;
    const viewed = file.view?.(tensor.name);
    const { data } = toFloat32(viewed ?? (await file.read(tensor.name)));
    if (finite) checkFinite(data, file.name, tensor.name);
    const { path, shape } = param.place.spec;
    const decoded = param.layout.decode(data);
    // Where nothing was converted or moved, these are still the file's own bytes.
    bound.set(path, float32Tensor(shape, decoded === viewed?.data ? decoded.slice() : decoded));
  }
  return bound;
}

function inGraphOrder({ params }: Match, bound: ReadonlyMap<string, Float32Tensor>): Parameters {
  const result = new Map<string, Float32Tensor>();
  for (const { place } of params) {
    const tensor = bound.get(place.spec.path);
    if (tensor !== undefined) result.set(place.spec.path, tensor);
  }
  return result;
}

function checkFinite(data: Float32Array, file: string, name: string): void {
  // x - x is 0 for every finite x and NaN for the others.
  let sum = 0;
  for (const x of data) sum += x - x;
  if (sum === 0) return;
  const count = data.reduce((n, x) => n + (Number.isFinite(x) ? 0 : 1), 0);
  throw new WeightsError(
    'bad-value',
    `${file}: ${count} of the ${data.length} values of "${name}" are NaN or infinite; the network was saved broken or the file is damaged.`,
  );
}

function headPaths(graph: Graph): ReadonlySet<string> {
  try {
    return new Set(headOf(graph).params.map(({ path }) => path));
  } catch {
    // A network with several outputs or none that is a classifier: only the message is the poorer.
    return new Set();
  }
}
