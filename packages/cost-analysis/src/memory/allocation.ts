import { type AnyNode, type Graph, type NodeId, nodeAt, sameShape } from '@convzoo/layers';
import { isViewAtInference, type StoredValue, type StoredValues, storedValues } from './values.js';

/** Ops that may write their result over an input which nobody reads any more. */
export type InPlaceOp = 'activation' | 'add';

export interface Allocator {
  readonly values: StoredValues;
  inputsOf(node: NodeId): readonly NodeId[];
  /** Values that are freed once `node` has run, given which nodes ran before it. */
  freedBy(node: NodeId, ran: (id: NodeId) => boolean): readonly StoredValue[];
  /** Elements that must be found for the result of `node`: none for a view, or where it overwrites what it frees. */
  neededBy(node: NodeId, freed: readonly StoredValue[]): number;
}

/** The rules by which a network's results take and leave memory. */
export function allocatorOf(graph: Graph, inPlace: readonly InPlaceOp[]): Allocator {
  const values = storedValues(graph, isViewAtInference);
  const overwrites = (node: AnyNode, value: StoredValue): boolean =>
    sameShape(nodeAt(graph, value.id).shape, node.shape) &&
    (((node.op === 'activation' || node.op === 'leakyRelu') && inPlace.includes('activation')) ||
      (node.op === 'add' && inPlace.includes('add')));
  return {
    values,
    inputsOf: (id) => nodeAt(graph, id).inputs,
    freedBy(id, ran) {
      const done = (reader: NodeId): boolean => reader === id || ran(reader);
      const read = (values.read[id] ?? []).filter(({ kept, readers }) => !kept && readers.every(done));
      const own = values.byNode[id];
      // A result that nobody reads is freed at once; a view that nobody reads frees what it shows.
      return own !== undefined && !own.kept && own.readers.length === 0 ? [...read, own] : read;
    },
    neededBy(id, freed) {
      const own = values.byNode[id];
      if (own === undefined) return 0;
      const node = nodeAt(graph, id);
      return freed.some((value) => value.id !== id && overwrites(node, value)) ? 0 : own.elements;
    },
  };
}

/** Memory while nodes run one after another. */
export interface Timeline {
  /** Elements in use while each node runs, by its place in the order: what it reads and writes, and what waits. */
  readonly during: readonly number[];
  readonly peak: number;
}

/** Runs the nodes in an order, on paper, in time proportional to the edges of the graph: files may have many. */
export function timelineOf(allocator: Allocator, order: readonly NodeId[]): Timeline {
  const { byNode, read } = allocator.values;
  const waiting = byNode.map((value) => value?.readers.length ?? 0);
  let live = 0;
  let peak = 0;
  const during = order.map((id) => {
    const own = byNode[id];
    const freed = (read[id] ?? []).filter((value) => {
      const left = (waiting[value.id] ?? 0) - 1;
      waiting[value.id] = left;
      return left === 0 && !value.kept;
    });
    if (own !== undefined && !own.kept && own.readers.length === 0) freed.push(own);
    const most = live + allocator.neededBy(id, freed);
    live += own?.elements ?? 0;
    for (const { elements } of freed) live -= elements;
    peak = Math.max(peak, most);
    return most;
  });
  return { during, peak };
}
