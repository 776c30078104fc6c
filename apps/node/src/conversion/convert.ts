import type { DType } from '@convzoo/layers';
import {
  bindWeights,
  castFloats,
  type DialectName,
  describeWeights,
  encodeWeights,
  type NamedTensor,
  type WeightFile,
  type WeightFormat,
  type WritableFormat,
  writableIn,
} from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { architectureOf, type Topology, topologyOf } from './architecture.js';
import { type ConvertedNetwork, caution, networkCalled, networkOf, noNetwork } from './network.js';
import { type WeightsOutput, writeOutput } from './output.js';

export interface ConvertOptions {
  /** By default found by the names and shapes of the file, where one is needed. */
  readonly model?: string | undefined;
  /** Dialect of the names in the file, where it is not to be found out. */
  readonly from?: DialectName | undefined;
  /** By default names stay as they are. */
  readonly to?: DialectName | undefined;
  /** Of floats; by default they stay as they are. */
  readonly dtype?: 'float32' | 'float16' | undefined;
  /** Writes over files that are there. */
  readonly force: boolean;
}

/** One side of a conversion. */
export interface Side {
  readonly format: WeightFormat | WritableFormat;
  readonly dialect: DialectName | undefined;
  readonly tensors: number;
  /** Of all tensors. */
  readonly bytes: number;
}

/** What a conversion did. */
export interface Conversion {
  readonly from: Side & { readonly file: string };
  readonly to: Side & { readonly files: ReadonlyMap<string, number> };
  /** Undefined where names were kept and no network was needed. */
  readonly network: Pick<ConvertedNetwork, 'spec' | 'found'> | undefined;
  /** Tensors whose name is another now. */
  readonly renamed: number;
  /** Element types that became others, and in how many tensors. */
  readonly recast: ReadonlyMap<string, number>;
  /** Names of tensors that were not written. */
  readonly dropped: readonly string[];
  /** Whether `tf.loadLayersModel` can load the result, which needs an architecture; undefined for other formats. */
  readonly architecture: boolean | undefined;
  readonly notes: readonly string[];
}

/**
 * Reads a weight file and writes it in another format, and where a dialect is asked for in other names and layouts. Without
 * one the tensors go over as they are, so that files of unknown networks can be converted too.
 */
export async function convertFile(path: string, output: WeightsOutput, options: ConvertOptions): Promise<Conversion> {
  const file = await openWeightsFile(path);
  try {
    const { format, dialect, bytes } = describeWeights(file);
    const plan = await planFor(file, output.format, options);
    const tensors = plan.tensors.map((named) =>
      writableIn(output.format, options.dtype === undefined ? named : castFloats(named, options.dtype)),
    );
    const { topology } = plan.architecture ?? {};
    const contents = { tensors, metadata: metadataFor(file, plan), topology };
    const files = await writeOutput(output, contents, options.force);
    const written = tensors.reduce((sum, { tensor }) => sum + tensor.data.byteLength, 0);
    const read = file.tensors.length;
    return {
      from: { file: path, format, dialect: plan.from ?? dialect, tensors: read, bytes },
      to: { files, format: output.format, dialect: plan.to ?? dialect, tensors: tensors.length, bytes: written },
      network: plan.network && { spec: plan.network.spec, found: plan.network.found },
      renamed: plan.renamed,
      recast: recastBetween(plan.dtypes, tensors),
      dropped: plan.dropped,
      architecture: output.format === 'tfjs' ? topology !== undefined : undefined,
      notes: [...plan.notes, ...(plan.architecture?.notes ?? [])],
    };
  } finally {
    await file.close();
  }
}

interface Plan {
  readonly tensors: readonly NamedTensor[];
  /** Element types of these in the file. */
  readonly dtypes: readonly DType[];
  /** Dialects, where names were changed. */
  readonly from?: DialectName;
  readonly to?: DialectName;
  readonly network?: ConvertedNetwork;
  readonly renamed: number;
  readonly dropped: readonly string[];
  readonly notes: readonly string[];
  /** Of TensorFlow.js. */
  readonly architecture?: Topology;
}

async function planFor(file: WeightFile, format: WritableFormat, options: ConvertOptions): Promise<Plan> {
  const { model, from, to } = options;
  const detected = from ?? describeWeights(file).dialect;
  const own = format === 'tfjs' && model === undefined ? architectureOf(file) : undefined;
  const keeps = to === undefined || to === detected;
  if (own?.topology !== undefined && keeps) return { ...(await asTheyAre(file)), architecture: own };
  // A model that TensorFlow.js can load has an architecture, which is made from the network, in Keras's names and layouts.
  const target = to ?? (format === 'tfjs' ? 'keras' : model === undefined ? undefined : (detected ?? 'torchvision'));
  const network = await networkFor(file, target, options);
  if (network !== undefined && target !== undefined) return inDialect(file, format, network, target, options);
  if (!keeps) noNetwork(file);
  const unknown = { notes: ['no network of the zoo fits it, so no architecture was written'] };
  return { ...(await asTheyAre(file)), ...(format === 'tfjs' && { architecture: own ?? unknown }) };
}

async function networkFor(
  file: WeightFile,
  target: DialectName | undefined,
  { model, from }: ConvertOptions,
): Promise<ConvertedNetwork | undefined> {
  if (model !== undefined) return networkCalled(model, file, from);
  return target === undefined ? undefined : networkOf(file);
}

async function asTheyAre(file: WeightFile): Promise<Plan> {
  const tensors: NamedTensor[] = [];
  for (const { name } of file.tensors) tensors.push({ name, tensor: await file.read(name) });
  return { tensors, dtypes: file.tensors.map(({ dtype }) => dtype), renamed: 0, dropped: [], notes: [] };
}

async function inDialect(
  file: WeightFile,
  format: WritableFormat,
  network: ConvertedNetwork,
  to: DialectName,
  { from }: ConvertOptions,
): Promise<Plan> {
  const { graph, auxiliary, bind } = network;
  const bound =
    bind === undefined
      ? await bindWeights(graph, file, { auxiliary, ...(from !== undefined && { dialect: from }) })
      : await bind(file, { finite: false });
  const { dialect, ignored, leftOut, notes, converted } = bound.report;
  const tensors = encodeWeights(graph, bound.params, { dialect: to });
  const names = new Set(file.tensors.map(({ name }) => name));
  const types = new Map(converted.map(({ path, from: dtype }) => [path, dtype]));
  const architecture = format === 'tfjs' ? topologyOf(graph, to) : undefined;
  // A file with its architecture needs no network of the framework's own.
  const warning = architecture?.topology === undefined ? caution(network, to) : undefined;
  const constants = file.tensors.length - tensors.length - ignored.length - leftOut.length;
  const folded =
    bind !== undefined && constants > 0
      ? [
          `${constants} tensors are constants of the network (a Normalization's) and no parameters: they stay in ${network.spec}`,
        ]
      : [];
  return {
    tensors,
    dtypes: [...bound.params.keys()].map((path) => types.get(path) ?? 'float32'),
    from: dialect,
    to,
    network,
    renamed: tensors.filter(({ name }) => !names.has(name)).length,
    dropped: [...ignored, ...leftOut],
    notes: [...notes, ...folded, ...(warning === undefined ? [] : [warning])],
    ...(architecture !== undefined && { architecture }),
  };
}

/** What safetensors carries beside tensors: its own, or the mark by which torch's tools know their own names. */
function metadataFor(file: WeightFile, { to }: Plan): ReadonlyMap<string, string> {
  if (to === undefined) return file.format === 'safetensors' ? file.metadata : new Map();
  return to === 'keras' ? new Map() : new Map([['format', 'pt']]);
}

function recastBetween(dtypes: readonly DType[], tensors: readonly NamedTensor[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  tensors.forEach(({ tensor }, i) => {
    const before = dtypes[i] ?? tensor.dtype;
    if (before === tensor.dtype) return;
    const change = `${before} to ${tensor.dtype}`;
    counts.set(change, (counts.get(change) ?? 0) + 1);
  });
  return counts;
}
