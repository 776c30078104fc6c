import { type Shape, sameShape } from '@convzoo/layers';
import type { TensorInfo } from '@convzoo/weights';
import type { Variable } from './variables.js';

/** The tensor of a file that each variable is in, by the variable's path; what finds none is left out. */
export type Assignment = ReadonlyMap<string, TensorInfo>;

/**
 * Pairs variables with tensors by name, and where that does not account for all of them, by their order, as Keras itself
 * loads its older files. Two inner models may have layers of one name, of which files keep only the order.
 */
export function matchVariables(variables: readonly Variable[], tensors: readonly TensorInfo[]): Assignment {
  const byName = matchByName(variables, tensors);
  if (complete(byName, variables)) return byName;
  const candidates = tensors.filter(({ name }) => !isConstant(name));
  for (const order of [variables, withStatisticsLast(variables)]) {
    const byOrder = matchByOrder(order, candidates);
    if (byOrder !== undefined && complete(byOrder, variables)) return byOrder;
  }
  return byName;
}

/** What a Normalization layer keeps. It is part of the graph, not a parameter of it. */
export const isConstant = (name: string): boolean => /(^|\/)(mean|variance|count)$/.test(name);

/** Whether a tensor holds a variable's numbers: its shape, or one that differs in extents of 1. */
export function holds({ shape, paramShape }: Variable, found: Shape): boolean {
  const squeezed = (extents: Shape): Shape => extents.filter((extent) => extent !== 1);
  return [shape, paramShape].some((wanted) => sameShape(squeezed(wanted), squeezed(found)));
}

function complete(assignment: Assignment, variables: readonly Variable[]): boolean {
  return variables.every((variable) => {
    const found = assignment.get(variable.path);
    return found !== undefined && holds(variable, found.shape);
  });
}

function matchByName(variables: readonly Variable[], tensors: readonly TensorInfo[]): Assignment {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const result = new Map<string, TensorInfo>();
  // The longest names first: `left/conv/kernel` must not be taken for `conv/kernel` of another model.
  for (const depth of depths(variables)) {
    for (const { path, layer, leaves } of variables) {
      if (result.has(path) || layer.length < depth) continue;
      const module = layer.slice(layer.length - depth).join('/');
      const name = leaves.map((leaf) => `${module}/${leaf}`).find((candidate) => byName.has(candidate));
      const tensor = name === undefined ? undefined : byName.get(name);
      if (name === undefined || tensor === undefined) continue;
      result.set(path, tensor);
      byName.delete(name);
    }
  }
  return result;
}

function depths(variables: readonly Variable[]): readonly number[] {
  const deepest = variables.reduce((depth, { layer }) => Math.max(depth, layer.length), 0);
  return Array.from({ length: deepest }, (_, i) => deepest - i);
}

function matchByOrder(variables: readonly Variable[], tensors: readonly TensorInfo[]): Assignment | undefined {
  if (variables.length !== tensors.length) return undefined;
  return new Map(variables.flatMap(({ path }, i) => (tensors[i] === undefined ? [] : [[path, tensors[i]] as const])));
}

/** Keras 2 lists an inner model's running statistics after all that it trains. */
function withStatisticsLast(variables: readonly Variable[]): readonly Variable[] {
  const groups = new Map<string, Variable[]>();
  for (const variable of variables) {
    const [outermost = ''] = variable.layer;
    groups.set(outermost, [...(groups.get(outermost) ?? []), variable]);
  }
  return [...groups.values()].flatMap((group) => [
    ...group.filter(({ trainable }) => trainable),
    ...group.filter(({ trainable }) => !trainable),
  ]);
}
