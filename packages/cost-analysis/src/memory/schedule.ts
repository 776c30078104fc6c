import type { Graph, NodeId } from '@convzoo/layers';
import { type Allocator, timelineOf } from './allocation.js';
import { Heap } from './heap.js';
import { segmentsOf } from './segments.js';

/**
 * How often a search may look whether a node is ready: a fraction of a second. Every part of every network of the zoo
 * needs less. A graph from a file may have thousands of branches.
 */
const MAX_VISITS = 200_000;

/** A part with more nodes than these stays as it is given: a rule of thumb takes time with their square. */
const MAX_NODES = 300;

export interface Schedule {
  /** An order in which every node comes after its inputs. */
  readonly order: readonly NodeId[];
  /** Largest number of elements in use. */
  readonly peak: number;
  /** Whether no order needs less. */
  readonly exact: boolean;
}

/**
 * The order of a network's nodes that needs the least memory.
 *
 * Nodes that every path passes cut the network into parts, and what is alive at a cut does not depend on the order before
 * it, so each part is searched on its own: best first over the sets of nodes that may have run (each set leaves the same
 * values alive, whatever the order in it), which is exact. A part with too many such sets is ordered by a rule of thumb, the node that leaves least alive first, or as given where that is better, and `exact` is false. Parts whose
 * given order stays below what another part cannot avoid are left as they are.
 */
export function bestSchedule(graph: Graph, allocator: Allocator): Schedule {
  const given = graph.nodes.map(({ id }) => id);
  const { during } = timelineOf(allocator, given);
  const parts = segmentsOf(graph).map(([start, end]) => {
    const nodes = given.slice(start, end);
    return { start, nodes, peak: during.slice(start, end).reduce((most, value) => Math.max(most, value), 0) };
  });
  const order = [...given];
  let unavoidable = 0;
  let exact = true;
  let peak = 0;
  // The worst part first: once one cannot be made better than the given order of the rest, the rest does not matter.
  for (const part of parts.toSorted((a, b) => b.peak - a.peak)) {
    if (part.peak <= unavoidable) {
      peak = Math.max(peak, part.peak);
      continue;
    }
    if (part.nodes.length > MAX_NODES) {
      peak = Math.max(peak, part.peak);
      exact = false;
      continue;
    }
    const found = bestOrderOf(allocator, part.start, part.nodes) ?? { ...frugalOrderOf(allocator, part), exact: false };
    const better = found.peak < part.peak ? found.order : part.nodes;
    order.splice(part.start, better.length, ...better);
    peak = Math.max(peak, Math.min(found.peak, part.peak));
    if (found.exact) unavoidable = Math.max(unavoidable, found.peak);
    else exact = false;
  }
  // What a rule of thumb found is the best after all where an exact part needs as much.
  return { order, peak, exact: exact || peak <= unavoidable };
}

interface State {
  /** Largest number of elements in use so far. */
  readonly cost: number;
  readonly live: number;
  readonly ran: bigint;
  readonly last?: NodeId;
  readonly before?: State;
}

/** The best order of one part, whose first node has number `start`; undefined where there is too much to search. */
function bestOrderOf(allocator: Allocator, start: number, nodes: readonly NodeId[]): Schedule | undefined {
  const whole = (1n << BigInt(nodes.length)) - 1n;
  const seen = new Set<bigint>();
  const heap = new Heap<State>();
  heap.push({ cost: 0, live: liveBefore(allocator, start), ran: 0n });
  for (let state = heap.pop(); state !== undefined; state = heap.pop()) {
    const { ran, live, cost } = state;
    if (ran === whole) return { order: backtrack(state), peak: cost, exact: true };
    if (seen.has(ran)) continue;
    if ((seen.size + 1) * nodes.length > MAX_VISITS) return undefined;
    seen.add(ran);
    const hasRun = (id: NodeId): boolean => id < start || (ran & (1n << BigInt(id - start))) !== 0n;
    for (const id of nodes) {
      if (hasRun(id) || !isReady(allocator, id, hasRun)) continue;
      const step = run(allocator, id, hasRun, live);
      const next = ran | (1n << BigInt(id - start));
      if (seen.has(next)) continue;
      heap.push({ cost: Math.max(cost, step.most), live: step.live, ran: next, last: id, before: state });
    }
  }
  return undefined;
}

function backtrack(end: State): readonly NodeId[] {
  const order: NodeId[] = [];
  for (let state: State | undefined = end; state?.last !== undefined; state = state.before) order.push(state.last);
  return order.reverse();
}

function frugalOrderOf(
  allocator: Allocator,
  { start, nodes }: { readonly start: number; readonly nodes: readonly NodeId[] },
): Omit<Schedule, 'exact'> {
  const ran = new Set<NodeId>();
  const hasRun = (id: NodeId): boolean => id < start || ran.has(id);
  let live = liveBefore(allocator, start);
  let peak = 0;
  while (ran.size < nodes.length) {
    let best: { readonly id: NodeId; readonly live: number; readonly most: number } | undefined;
    for (const id of nodes) {
      if (ran.has(id) || !isReady(allocator, id, hasRun)) continue;
      const step = run(allocator, id, hasRun, live);
      if (best === undefined || step.live < best.live) best = { id, ...step };
    }
    if (best === undefined) throw new RangeError('no node of a graph is ready to run');
    ran.add(best.id);
    live = best.live;
    peak = Math.max(peak, best.most);
  }
  return { order: [...ran], peak };
}

/** Elements alive at a cut: all nodes before `start` have run. */
function liveBefore({ values }: Allocator, start: number): number {
  let live = 0;
  for (const value of values.byNode.slice(0, start)) {
    if (value === undefined) continue;
    if (value.kept || value.readers.some((id) => id >= start)) live += value.elements;
  }
  return live;
}

const isReady = ({ inputsOf }: Allocator, id: NodeId, hasRun: (id: NodeId) => boolean): boolean =>
  inputsOf(id).every(hasRun);

function run(allocator: Allocator, id: NodeId, hasRun: (id: NodeId) => boolean, live: number) {
  const freed = allocator.freedBy(id, hasRun);
  const most = live + allocator.neededBy(id, freed);
  const after = live + (allocator.values.byNode[id]?.elements ?? 0);
  return { most, live: freed.reduce((rest, { elements }) => rest - elements, after) };
}
