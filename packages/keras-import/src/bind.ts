import { type Graph, type HostTensor, type ParamRole, paramsOf } from '@convzoo/layers';
import {
  type BindOptions,
  type BoundWeights,
  bindWeights,
  placesOf,
  type TensorInfo,
  type WeightFile,
} from '@convzoo/weights';
import type { KerasNetwork } from './import-config.js';
import { holds, isConstant, matchVariables } from './match-variables.js';

/** How the Keras dialect of `@convzoo/weights` spells each role. */
const LEAVES = {
  kernel: 'kernel',
  bias: 'bias',
  scale: 'gamma',
  shift: 'beta',
  mean: 'moving_mean',
  variance: 'moving_variance',
} as const satisfies Record<ParamRole, string>;

/**
 * Reads the parameters of an imported network out of a file of Keras's: the model's own, or one of weights alone. Variables
 * are found by their layers' names, and where a file has others, by order.
 *
 * @throws WeightsFitError with all that is missing, unexpected and mis-shaped; WeightsError for values that are no weights
 */
export function bindKerasWeights(
  network: Pick<KerasNetwork, 'graph' | 'variables'>,
  file: WeightFile,
  options: Omit<BindOptions, 'dialect'> = {},
): Promise<BoundWeights> {
  return bindWeights(network.graph, renamed(network, file), { ...options, dialect: 'keras' });
}

/** The file with the names that the graph's parameters have in the Keras dialect, and without what is no parameter. */
function renamed({ graph, variables }: Pick<KerasNetwork, 'graph' | 'variables'>, file: WeightFile): WeightFile {
  const names = namesOf(graph);
  const assignment = matchVariables(variables, file.tensors);
  const originals = new Map<string, TensorInfo>();
  const assigned = new Map<TensorInfo, TensorInfo>();
  for (const variable of variables) {
    const tensor = assignment.get(variable.path);
    const name = names.get(variable.path);
    if (tensor === undefined || name === undefined) continue;
    // The same numbers in the same order: Keras gives a depthwise kernel's multiplier an axis of its own, for example.
    const shape = holds(variable, tensor.shape) ? variable.paramShape : tensor.shape;
    assigned.set(tensor, { name, shape, dtype: tensor.dtype });
    originals.set(name, tensor);
  }
  const tensors = file.tensors.flatMap((tensor) => assigned.get(tensor) ?? (isConstant(tensor.name) ? [] : [tensor]));
  const shaped = (name: string, tensor: HostTensor): HostTensor => {
    const original = originals.get(name);
    const info = original === undefined ? undefined : assigned.get(original);
    return info === undefined ? tensor : { ...tensor, shape: info.shape };
  };
  const { view } = file;
  return {
    ...file,
    tensors,
    read: async (name) => shaped(name, await file.read(originals.get(name)?.name ?? name)),
    ...(view !== undefined && {
      view: (name: string) => shaped(name, view.call(file, originals.get(name)?.name ?? name)),
    }),
    close: () => file.close(),
  };
}

function namesOf(graph: Graph): ReadonlyMap<string, string> {
  const roles = new Map(paramsOf(graph).map(({ path, role }) => [path, role]));
  const names = new Map<string, string>();
  for (const { spec, module } of placesOf(graph)) {
    names.set(spec.path, `${module}/${LEAVES[roles.get(spec.path) ?? spec.role]}`);
  }
  return names;
}
