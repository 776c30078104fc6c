import { type Graph, paramsOf, sameShape } from '@convzoo/layers';
import { type DialectName, detectDialect, fitNetworks, fitVariants, type WeightFile } from '@convzoo/weights';
import { type ResolvedModel, withAuxiliary, zooVariants } from '@convzoo/zoo';
import { UsageError } from '../errors.js';
import type { Binder } from '../network/found.js';
import { openModel } from '../network/model.js';

/** The network whose weights are converted. */
export interface ConvertedNetwork {
  /** What a user types to get it. */
  readonly spec: string;
  readonly graph: Graph;
  readonly auxiliary: Graph | undefined;
  /** Of networks of the zoo. */
  readonly resolved: ResolvedModel | undefined;
  readonly found: 'by --model' | 'by its names and shapes';
  /** Of models of Keras: layers within layers, whose names in a file are not the graph's paths. */
  readonly bind?: Binder;
}

const namesOf = (file: WeightFile): readonly string[] => file.tensors.map(({ name }) => name);

/** The network that the user named, in the variant and for the number of classes of the file. */
export async function networkCalled(
  model: string,
  file: WeightFile,
  from: DialectName | undefined,
): Promise<ConvertedNetwork> {
  const found = 'by --model';
  const plain = await openModel(model);
  if (plain.source === 'keras') {
    return { spec: model, graph: plain.graph, auxiliary: undefined, resolved: undefined, found, bind: plain.bind };
  }
  const wanted = from ?? detectDialect(namesOf(file));
  const dialect = model.includes('/') ? undefined : plain.resolved?.entry.dialects.find((name) => name === wanted);
  const opened = dialect === undefined ? plain : await openModel(model, { dialect });
  const whole = (network: typeof opened): ConvertedNetwork => {
    const auxiliary = network.resolved && withAuxiliary(network.resolved);
    return { spec: model, graph: network.graph, auxiliary, resolved: network.resolved, found };
  };
  const network = whole(opened);
  const [fit] = fitNetworks(file, [{ name: model, ...network }]);
  if (fit?.classes === undefined) return network;
  return whole(await openModel(model, { ...(dialect !== undefined && { dialect }), classes: fit.classes.found }));
}

/** The network of the zoo that the file fits; undefined if none does. */
export function networkOf(file: WeightFile): ConvertedNetwork | undefined {
  const [best] = fitVariants(file, zooVariants);
  if (best === undefined || best.kind === 'partly') return undefined;
  const { spec, resolved, graph, auxiliary } = best.candidate;
  const found = 'by its names and shapes';
  if (best.classes === undefined) return { spec, graph, auxiliary, resolved, found };
  const options = { ...resolved.options, classes: best.classes.found };
  const other = { ...resolved, options };
  return { spec, graph: resolved.entry.build(options), auxiliary: withAuxiliary(other), resolved: other, found };
}

/** @throws UsageError `no-network` with the closest one */
export function noNetwork(file: WeightFile): never {
  const [closest] = fitVariants(file, zooVariants);
  const near =
    closest === undefined
      ? ''
      : ` The closest is ${closest.candidate.spec} (${closest.matched} of its ${closest.total} parameters).`;
  throw new UsageError(
    'no-network',
    `No network of the zoo fits ${file.name}, and names cannot be changed without one.${near} ` +
      'Give --model NAME, or leave --to out to keep the names.',
  );
}

/**
 * What to know about weights in the names of another framework: whether its own network of that name computes the same.
 * Undefined if it does.
 */
export function caution({ graph, resolved }: ConvertedNetwork, to: DialectName): string | undefined {
  if (resolved === undefined || resolved.dialect === to) return undefined;
  const { entry, name, options } = resolved;
  if (!entry.dialects.includes(to)) return `${to} has no ${name} of its own`;
  const theirs = entry.build({ ...options, dialect: to });
  if (!sameParams(graph, theirs)) {
    return `${to}'s own ${name} has other parameters than ${resolved.dialect}'s, so it will not load these`;
  }
  return sameOps(graph, theirs)
    ? undefined
    : `${to}'s own ${name} computes otherwise than ${resolved.dialect}'s (padding, epsilon or the like): it loads these weights, but answers differently`;
}

function sameParams(a: Graph, b: Graph): boolean {
  const theirs = new Map(paramsOf(b).map(({ path, shape }) => [path, shape]));
  const ours = paramsOf(a);
  return (
    ours.length === theirs.size &&
    ours.every(({ path, shape }) => {
      const other = theirs.get(path);
      return other !== undefined && sameShape(shape, other);
    })
  );
}

/** Whether two graphs compute the same outside of training: dropout does nothing then, nor does momentum. */
function sameOps(a: Graph, b: Graph): boolean {
  const [x, y] = [a, b].map((graph) =>
    graph.nodes
      .filter(({ op }) => op !== 'dropout' && op !== 'input')
      .map(({ op, attributes }) => JSON.stringify([op, { ...attributes, momentum: 0 }])),
  );
  return x !== undefined && y !== undefined && x.length === y.length && x.every((node, i) => node === y[i]);
}
