import type { Unit } from './unit.js';
import { describeFollower } from './words.js';

/** Units from `start` to before `end` between two places that every path goes through. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** Equal for segments of the same structure; the channels that come in do not count, so that DenseNet's layers agree. */
  readonly signature: string;
}

/** Cuts a network where all that follows depends on one result: after a residual block, or after every layer of a plain chain. */
export function segmentsOf(units: readonly Unit[]): readonly Segment[] {
  const lastReader = units.map((_, i) => i);
  units.forEach((unit, i) => {
    for (const input of unit.inputs) lastReader[input] = Math.max(lastReader[input] ?? 0, i);
  });
  const segments: Segment[] = [];
  let start = 0;
  let reach = 0;
  units.forEach((_, i) => {
    // Nothing before `i` is read after it, so everything goes through `i`.
    if (reach <= i) {
      segments.push({ start, end: i + 1, signature: signatureOf(units, start, i + 1) });
      start = i + 1;
    }
    reach = Math.max(reach, lastReader[i] ?? i);
  });
  return segments;
}

function signatureOf(units: readonly Unit[], start: number, end: number): string {
  return units
    .slice(start, end)
    .map((unit, i) => {
      const links = unit.inputs.map((input) => input - (start + i));
      return `${unit.title}|${computedFollowers(unit)}|${spatial(unit)}|${links.join(',')}`;
    })
    .join(';');
}

/** Dropout computes nothing at inference, and its rate often differs from block to block (stochastic depth). */
const computedFollowers = ({ nodes }: Unit): string =>
  nodes
    .slice(1)
    .flatMap((node) => (node.op === 'dropout' ? [] : (describeFollower(node) ?? [])))
    .join(', ');

/** Height and width of the result. */
const spatial = ({ nodes }: Unit): string => (nodes[0]?.shape.slice(0, -1) ?? []).join('x');

/** `count` copies of `period` segments from `first` on. A run of one copy is a segment that does not repeat. */
export interface Run {
  readonly first: number;
  readonly period: number;
  readonly count: number;
}

/** No network repeats longer sequences of layers without a shortcut around them. */
const MAX_PERIOD = 12;

/**
 * Covers the segments with runs, always taking the one that covers most, the shortest period where several do. `depth` of some
 * segments is how many scopes of the network they lie in together: of the places where a run may start equally well, it
 * starts where a block of the network does.
 */
export function runsOf(segments: readonly Segment[], depth: (segments: readonly Segment[]) => number): readonly Run[] {
  const runs: Run[] = [];
  const single = (first: number): Run => ({ first, period: 1, count: 1 });
  for (let first = 0; first < segments.length; ) {
    let best = single(first);
    for (let period = 1; period <= Math.min(MAX_PERIOD, (segments.length - first) >> 1); period++) {
      const count = copies(segments, first, period);
      if (count > 1 && count * period > best.count * best.period) best = { first, period, count };
    }
    const run = startedAtBlock(segments, best, depth);
    for (; first < run.first; first++) runs.push(single(first));
    runs.push(run);
    first += run.period * run.count;
  }
  return runs;
}

function startedAtBlock(segments: readonly Segment[], run: Run, depth: (segments: readonly Segment[]) => number): Run {
  let best = run;
  const depthAt = (first: number): number => depth(segments.slice(first, first + run.period));
  for (let first = run.first + 1; first < run.first + run.period; first++) {
    if (copies(segments, first, run.period) >= run.count && depthAt(first) > depthAt(best.first))
      best = { ...run, first };
  }
  return best;
}

function copies(segments: readonly Segment[], first: number, period: number): number {
  let count = 1;
  const agrees = (at: number): boolean => segments[at]?.signature === segments[at - period]?.signature;
  for (let at = first + period; at + period <= segments.length; at += period) {
    for (let i = 0; i < period; i++) if (!agrees(at + i)) return count;
    count++;
  }
  return count;
}
