import type { Graph } from '@convzoo/layers';
import type { ModelEntry } from './entry.js';
import { type ModelName, modelNames, models } from './registry.js';
import { type ResolvedModel, resolveModel } from './resolve.js';

/** A network of the zoo as one framework has it, at one width. */
export interface ZooVariant {
  /** In the zoo: `mobilenet_v1@0.25`. */
  readonly name: string;
  /** What a user types to get it: `keras/mobilenet_v1@0.25`. */
  readonly spec: string;
  readonly resolved: ResolvedModel;
  readonly graph: Graph;
  /** See {@link withAuxiliary}. */
  readonly auxiliary: Graph | undefined;
}

type Dialect = ModelEntry['dialects'][number];

/** Width multipliers under which the MobileNets, MnasNet and GhostNet were published. */
const WIDTHS = [1, 0.25, 0.35, 0.5, 0.75, 1.25, 1.3, 1.4] as const;

/** Every network of the zoo as every framework has it, or as one of them, at every width that was published. Each is built. */
export function* zooVariants(dialect?: string): Generator<ZooVariant> {
  for (const name of modelNames) {
    const entry: ModelEntry = models[name];
    for (const each of entry.dialects) {
      if (dialect !== undefined && each !== dialect) continue;
      for (const width of entry.anyWidth ? WIDTHS : [1]) yield variant(name, each, width);
    }
  }
}

function variant(model: ModelName, dialect: Dialect, width: number): ZooVariant {
  const resolved = resolveModel(model, { dialect, width: width === 1 ? undefined : width });
  const name = width === 1 ? model : `${model}@${width}`;
  const spec = dialect === resolved.entry.dialects[0] ? name : `${dialect}/${name}`;
  const graph = resolved.entry.build(resolved.options);
  return { name, spec, resolved, graph, auxiliary: withAuxiliary(resolved) };
}

/**
 * The network built with its auxiliary classifiers, where it has any: torchvision's published files of GoogLeNet and
 * Inception v3 hold them, and nobody needs them to classify. Keras's Inception v3 has none.
 */
export function withAuxiliary({ entry, dialect, options }: ResolvedModel): Graph | undefined {
  if (entry.auxiliary !== true || dialect === 'keras' || options.aux === true) return undefined;
  return entry.build({ ...options, aux: true });
}
