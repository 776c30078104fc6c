import {
  type Graph,
  inputOf,
  isTrainable,
  type Parameters,
  paramsOf,
  type Shape,
  sameShape,
  sizeOf,
  withInputShape,
} from '@convzoo/layers';
import {
  type Dialect,
  type DialectName,
  dialects,
  type NamePair,
  type SourceParam,
  sourceParams,
} from '@convzoo/weights';
import { fillFromHash } from '@convzoo/weights/golden';
import { type BuildOptions, resolveModel } from '@convzoo/zoo';
import type { GoldenKeys, GoldenRecord } from '../record/record.js';
import { kerasNormBefore, kerasTaps } from '../taps/keras.js';
import type { FamilyTables, TapNames } from '../taps/tap-names.js';
import { timmNormsActivate, timmTaps } from '../taps/timm.js';
import { torchNormBefore } from '../taps/torch.js';
import { optionsOf } from './arguments.js';
import { ownDialect } from './own-names.js';
import { renamer } from './rename.js';
import { type TapFacts, type TapFinder, tapFinder } from './tap-names.js';

/** A record with the network that it is to be compared with. */
export interface GoldenNetwork {
  readonly record: GoldenRecord;
  readonly graph: Graph;
  readonly dialect: Dialect;
  /** Names and shapes of the record's parameters, where they are known. */
  readonly keys: GoldenKeys | undefined;
  /** The parameters as the record's framework knows them. */
  readonly params: readonly SourceParam[];
  /** Values that Keras counts as parameters of the network and that are constants here. */
  readonly constants: number;
  readonly tapOf: TapFinder;
}

export interface NetworkOptions {
  /** Names and shapes of the record's parameters, where the record itself has none. */
  readonly keys?: GoldenKeys | undefined;
  /** What paths of the graph are called in the record, for names that differ: see `parseRename`. */
  readonly renames?: readonly NamePair[];
}

/** The input of one example, `[height, width, channels]`. */
function exampleShape({ input: { shape, layout } }: GoldenRecord): Shape {
  const [, a = 0, b = 0, c = 0] = shape;
  return layout === 'NCHW' ? [b, c, a] : [a, b, c];
}

/**
 * The network of the zoo that a record's `framework`, `model` and `args` name, or with `model` that one of the zoo.
 *
 * @throws ConvzooError `unknown-model`, `bad-option`; ParityError `unknown-argument`, `unsupported-argument`
 */
export function zooNetwork(
  record: GoldenRecord,
  options: NetworkOptions & { readonly model?: string } = {},
): GoldenNetwork {
  const { framework } = record;
  const { options: given, suffix } = optionsOf(record);
  // A MODEL that names its framework is that variant, whatever the record's names are.
  const isNamed = /^(torchvision|timm|keras)\//.test(options.model ?? '');
  const dialect = framework === 'torch' || isNamed ? undefined : framework;
  const [height = 0, width = 0, channels = 0] = exampleShape(record);
  const input = [height, width, channels] as const;
  const named = options.model ?? record.model;
  const { name: found } = resolveModel(named, dialect === undefined ? {} : { dialect });
  const spec = suffix === '' || found.endsWith(suffix) ? named : `${found}${suffix}`;
  const {
    entry,
    name,
    dialect: variant,
    options: resolved,
  } = resolveModel(spec, { ...given, ...(dialect && { dialect }), input });
  // A Keras EfficientNet without weights has the identity for its normalisation.
  const isUntrained = variant === 'keras' && entry.family === 'efficientnet';
  const untrained: BuildOptions =
    isUntrained && resolved.preprocessing === undefined ? { preprocessing: 'rescaling' } : {};
  const graph = entry.build({ ...resolved, ...untrained });
  const table = framework === 'torch' ? undefined : tables[framework][entry.family];
  return network(record, graph, options, {
    table: (tap) => table?.(tap, name),
    normsActivate: framework === 'timm' && timmNormsActivate.includes(entry.family),
    // Of Xception's separable convolutions the activation goes before.
    ...(entry.family === 'xception' && { normBefore: nothing }),
    // Mean, variance and their count of three channels.
    constants: isUntrained ? 7 : 0,
  });
}

/** A graph of one's own for a record, with the record's input shape. Throws GraphError where it cannot have that. */
export function ownNetwork(record: GoldenRecord, graph: Graph, options: NetworkOptions = {}): GoldenNetwork {
  const shape = exampleShape(record);
  const resized = sameShape(inputOf(graph).shape, shape) ? graph : withInputShape(graph, shape);
  return network(record, resized, options, { table: nothing, normsActivate: false, constants: 0, isOwn: true });
}

/** torchvision's names are this project's own. */
const tables: Readonly<Record<DialectName, FamilyTables>> = { torchvision: {}, timm: timmTaps, keras: kerasTaps };

const nothing: TapNames = () => undefined;

interface FamilyFacts extends Omit<TapFacts, 'rename' | 'normBefore'> {
  /** By default as the framework calls activations. */
  readonly normBefore?: TapNames;
  readonly constants: number;
  /** A graph that the zoo did not build. */
  readonly isOwn?: boolean;
}

function network(record: GoldenRecord, graph: Graph, options: NetworkOptions, facts: FamilyFacts): GoldenNetwork {
  const { renames = [] } = options;
  const base = dialects[record.framework === 'torch' ? 'torchvision' : record.framework];
  const keys = record.keys ?? options.keys;
  const dialect = facts.isOwn || renames.length > 0 ? ownDialect(base, graph, { renames, keys }) : base;
  const params = sourceParams(graph, dialect, namesOf(keys));
  const { table, normsActivate, constants } = facts;
  const { normBefore = record.framework === 'keras' ? kerasNormBefore : torchNormBefore } = facts;
  const tapOf = tapFinder(graph, params, { table, normsActivate, normBefore, rename: renamer(renames) });
  return { record, graph, dialect, keys, params, constants, tapOf };
}

const namesOf = (keys: GoldenKeys | undefined): ReadonlySet<string> | undefined =>
  keys === undefined ? undefined : new Set(keys.map(([name]) => name));

/** Every parameter filled by the rule. Throws WeightsError `bad-value` where `bn_log4` names norms that are not there. */
export function fillNetwork({ record, graph, dialect, keys }: GoldenNetwork): Parameters {
  const names = namesOf(keys);
  return fillFromHash(graph, { dialect, log4: record.bnLog4, ...(names !== undefined && { names }) });
}

/** How many parameters the record's framework would count. */
export function countedParams({ record, graph, constants }: GoldenNetwork): number {
  const specs = paramsOf(graph);
  const counted = record.framework === 'keras' ? specs : specs.filter(isTrainable);
  return counted.reduce((total, { shape }) => total + sizeOf(shape), constants);
}
