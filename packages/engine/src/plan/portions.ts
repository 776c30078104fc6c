import { inputOf, type NodeId, nodeAt } from '@convzoo/layers';
import { type Compiled, layoutOfNode, type Program } from './compile.js';
import { bytesOf } from './value.js';

/** How the examples of a batch are computed: large maps a few at a time, small ones all at once. */
export interface Portions {
  /** Examples of one run of the plan; the rest of a batch comes after them. */
  readonly batch: number;
  /** Examples at once in the nodes before `rest`; divides `batch`. */
  readonly front: number;
  /** Index, among the compiled nodes, of the first that takes all examples of the run at once. */
  readonly rest: number;
}

/**
 * A map of so many pixels or fewer meets each weight too few times: its tiles are cut off at its end, and reading weights takes as long
 * as using them. Those of several examples do better, by 5 to 40 % at 7x7. Larger maps only lose the cache.
 */
const FEW_PIXELS = 64;
/** What a large map may take, input and output of its node together: a second-level cache. */
const FRONT_BYTES = 1_000_000;
/** What all examples of a run may take at a node, or in what is kept: half of a last-level cache, which weights need as well. */
const RUN_BYTES = 16_000_000;

/** The portions of a batch that are fastest. */
export function portionsOf(program: Program, batch: number): Portions {
  const { graph, compiled } = program;
  const pixels = ({ result }: Compiled): number => {
    const { height, width } = layoutOfNode(result, graph);
    return height * width;
  };
  const rest = compiled.findLastIndex((node) => pixels(node) > FEW_PIXELS) + 1;
  const bytes = (id: NodeId): number => bytesOf(layoutOfNode(nodeAt(graph, id), graph), 1);
  const traffic = ({ result, inputs }: Compiled): number =>
    [result.id, ...inputs].reduce((sum, id) => sum + bytes(id), 0);
  const most = (nodes: readonly Compiled[]): number => Math.max(1, ...nodes.map(traffic));
  // What is kept from the first node to the last, of all examples: the input, and what someone wants to see.
  const kept = new Set([inputOf(graph).id, ...Object.values(graph.taps)]);
  const held = [...kept].reduce((sum, id) => sum + bytes(id), 0);
  const run = dividing(batch, RUN_BYTES / Math.max(most(compiled.slice(rest)), held));
  const front = dividing(run, FRONT_BYTES / most(compiled.slice(0, rest)));
  return front === run ? wholly(run) : { batch: run, front, rest };
}

/** All examples at once in every node. */
export const wholly = (batch: number): Portions => ({ batch, front: batch, rest: 0 });

/** The largest divisor that is no larger than `most`: then one plan serves all portions. 1 where there is none. */
function dividing(count: number, most: number): number {
  for (let divisor = Math.min(count, Math.floor(most)); divisor > 1; divisor--) {
    if (count % divisor === 0) return divisor;
  }
  return 1;
}
