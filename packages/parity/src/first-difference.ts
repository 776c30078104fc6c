import { type Graph, type NodeId, tapOf } from '@convzoo/layers';
import { ancestorsOf } from './between.js';
import type { LogitsResult } from './compare/logits.js';
import { agrees } from './compare/measure.js';
import type { TapResult } from './compare/tap.js';
import type { FirstDifference } from './result.js';

interface Compared {
  readonly graph: Graph;
  /** In the order of the graph. */
  readonly taps: readonly TapResult[];
  readonly logits: LogitsResult;
  readonly tolerance: number;
}

/** The first result in the order of the graph that disagrees, and the last on the way to it that does not. */
export function firstDifference({ graph, taps, logits, tolerance }: Compared): FirstDifference | undefined {
  const tap = taps.find((each) => !each.agrees);
  if (tap !== undefined) {
    const { name: at, node, error, fault } = tap;
    return { at, node, error, ...(fault !== undefined && { fault }), ...last(graph, taps, tapOf(graph, node).id) };
  }
  if (agrees(logits.error, tolerance)) return undefined;
  const { error, fault } = logits;
  return { at: 'logits', error, ...(fault !== undefined && { fault }), ...last(graph, taps, graph.output) };
}

/** The tap nearest before a node that agrees: on the way from the input, not in a branch beside it. */
function last(graph: Graph, taps: readonly TapResult[], id: NodeId): { readonly lastAgreed?: string } {
  const before = ancestorsOf(graph, id);
  const found = taps.findLast((tap) => tap.agrees && before.has(tapOf(graph, tap.node).id));
  return found === undefined ? {} : { lastAgreed: found.name };
}
