import type { Graph, NodeId } from '@convzoo/layers';
import type { Compiled } from './compile.js';
import { LANES } from './value.js';

/** A part of a concatenation that is computed where it is to stay. */
export interface ConcatPart {
  readonly concat: NodeId;
  /** Channels before it. */
  readonly offset: number;
}

/**
 * Results that only a concatenation reads, in whole vectors from a whole vector on, by kernels that leave gaps between their pixels:
 * they need not be copied.
 */
export function concatParts(
  graph: Graph,
  compiled: readonly Compiled[],
  kept: ReadonlySet<NodeId>,
): ReadonlyMap<NodeId, ConcatPart> {
  const readers = new Map<NodeId, number>();
  for (const { inputs, residual } of compiled) {
    for (const id of residual === undefined ? inputs : [...inputs, residual])
      readers.set(id, (readers.get(id) ?? 0) + 1);
  }
  const able = new Set(
    compiled.filter(({ leavesGaps, residual }) => leavesGaps && residual === undefined).map(({ result }) => result.id),
  );
  const parts = new Map<NodeId, ConcatPart>();
  for (const { node } of compiled) {
    if (node.op !== 'concat') continue;
    let offset = 0;
    for (const id of node.inputs) {
      const channels = graph.nodes[id]?.shape.at(-1) ?? 0;
      const whole = offset % LANES === 0 && channels % LANES === 0;
      if (whole && able.has(id) && readers.get(id) === 1 && !kept.has(id)) parts.set(id, { concat: node.id, offset });
      offset += channels;
    }
  }
  return parts;
}
