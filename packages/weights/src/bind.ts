import {
  derivedTensor,
  type Float32Tensor,
  float32Tensor,
  freeArray,
  type Graph,
  type HostTensor,
  type Parameters,
  sizeOf,
} from '@convzoo/layers';
import { type BindReport, compare, headPaths } from './compare.js';
import { toFloat32 } from './convert.js';
import { type DialectName, dialects } from './dialects/index.js';
import { WeightsError } from './errors.js';
import { fitError } from './fit-error.js';
import { unfolded } from './folded.js';
import { type Match, matchNetwork } from './match.js';
import { noSuchTensor, type TensorInfo, type WeightFile } from './weight-file.js';

export interface BindOptions {
  /** By default the one that fits best. */
  readonly dialect?: DialectName;
  /**
   * By default everything must fit. With false, parameters that are missing or mis-shaped are left out of the result, and
   * tensors that are not wanted are passed over: for a new classifier on an old network.
   */
  readonly strict?: boolean;
  /**
   * The same network built with its auxiliary classifiers, which published files of GoogLeNet and Inception v3 have: their
   * tensors are then left out, and the report says so.
   */
  readonly auxiliary?: Graph | undefined;
  /** Refuses values that are NaN or infinite; off by default, since it reads everything once more. */
  readonly finite?: boolean;
  /**
   * Leaves large tensors in the file until their `data` is asked for, where format and source can be read without waiting
   * (safetensors): hardly more than one is in memory then, and float16 stays that (`originOf`). The file must stay open as long,
   * and the values must not be written to. `bad-value` is thrown by `data` then.
   */
  readonly lazy?: boolean;
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
export async function bindWeights(graph: Graph, given: WeightFile, options: BindOptions = {}): Promise<BoundWeights> {
  const { strict = true } = options;
  const { file, norms } = unfolded(options.auxiliary ?? graph, given);
  const candidates = options.dialect === undefined ? undefined : [dialects[options.dialect]];
  const match = matchNetwork(graph, file, options.auxiliary, candidates);
  const compared = compare(match, file);
  const folded = `the file has the BatchNorms of ${norms} layers folded into them: each is their bias alone here`;
  const report = norms === 0 ? compared : { ...compared, notes: [...compared.notes, folded] };
  const { missing, misshaped, unexpected } = report;
  const fits = missing.length === 0 && misshaped.length === 0 && unexpected.length === 0;
  const nothing = missing.length + misshaped.length === match.params.length && match.params.length > 0;
  if ((strict && !fits) || nothing) {
    throw fitError(report, { file: file.name, graph: graph.name, total: match.params.length, head: headPaths(graph) });
  }
  const bound = await readAll(match, file, new Set(misshaped.map(({ path }) => path)), options);
  return { params: inGraphOrder(match, bound), report };
}

/** Reads in the file's order, which is that of its bytes, one tensor at a time: no more than one is held twice. */
async function readAll(
  { params, tensorOf }: Match,
  file: WeightFile,
  skipped: ReadonlySet<string>,
  { finite = false, lazy = false }: BindOptions,
): Promise<ReadonlyMap<string, Float32Tensor>> {
  const wanted = new Map(params.map((param) => [tensorOf.get(param.place.spec.path), param]));
  const bound = new Map<string, Float32Tensor>();
  for (const tensor of file.tensors) {
    const param = wanted.get(tensor);
    if (param === undefined || skipped.has(param.place.spec.path)) continue;
    if (lazy && file.readSync !== undefined && sizeOf(tensor.shape) >= LAZY_SIZE) {
      bound.set(param.place.spec.path, lazyTensor(file, tensor, param, finite));
      continue;
    }
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

/** Smaller tensors are read at once: they are most of all, and none of the bytes. */
const LAZY_SIZE = 16_384;

function lazyTensor(
  file: WeightFile,
  { name, dtype }: TensorInfo,
  { place, layout }: Match['params'][number],
  finite: boolean,
): Float32Tensor {
  const read = (): HostTensor => file.readSync?.(name) ?? noSuchTensor(file.name, name);
  const moved = <T extends Float32Array | Uint16Array>(data: T): T => {
    const decoded = layout.decode(data);
    // The largest layers are most of a network's weights.
    if (decoded !== data) freeArray(data);
    return decoded;
  };
  if (dtype === 'float16') {
    return derivedTensor(place.spec.shape, {
      kind: 'float16',
      read() {
        const tensor = read();
        if (tensor.dtype !== 'float16') return noSuchTensor(file.name, name);
        if (finite) checkFiniteHalves(tensor.data, file.name, name);
        return moved(tensor.data);
      },
    });
  }
  return derivedTensor(place.spec.shape, {
    kind: 'float32',
    read() {
      const { data } = toFloat32(read());
      if (finite) checkFinite(data, file.name, name);
      return moved(data);
    },
  });
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
  // x - x is 0 for every finite x and NaN for the others. By index: before it is compiled, an iterator takes three times as long.
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const x = data[i] ?? Number.NaN;
    sum += x - x;
  }
  if (sum === 0) return;
  const count = data.reduce((n, x) => n + (Number.isFinite(x) ? 0 : 1), 0);
  notFinite(count, data.length, file, name);
}

function checkFiniteHalves(bits: Uint16Array, file: string, name: string): void {
  let count = 0;
  for (const half of bits) if ((half & 0x7c00) === 0x7c00) count++;
  if (count > 0) notFinite(count, bits.length, file, name);
}

function notFinite(count: number, total: number, file: string, name: string): never {
  throw new WeightsError(
    'bad-value',
    `${file}: ${count} of the ${total} values of "${name}" are NaN or infinite; the network was saved broken or the file is damaged.`,
  );
}
