import type { CostAxis, NetworkPoint } from '@convzoo/charts';
import type { NetworkRow } from './network-row.js';

/** A network's place on the chart; undefined for one without a published accuracy. */
export function pointOf({ model, family, macs, params, memory, accuracy }: NetworkRow): NetworkPoint | undefined {
  if (accuracy === null) return undefined;
  return { model, family, macs, params, memory, top1: accuracy.top1, source: accuracy.source };
}

export const pointsOf = (rows: readonly NetworkRow[]): readonly NetworkPoint[] =>
  rows.flatMap((row) => pointOf(row) ?? []);

/** Keys that go from point to point, and where they go. */
export type Step = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

const isStep = (key: string): key is Step =>
  ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);

/**
 * The point that a key leads to: left and right by cost, down and up by accuracy, Home and End the cheapest and the dearest;
 * from nowhere the cheapest. Undefined for other keys, and where there are no points.
 */
export function stepFrom(
  points: readonly NetworkPoint[],
  cost: CostAxis,
  from: string | undefined,
  key: string,
): NetworkPoint | undefined {
  if (!isStep(key) || points.length === 0) return undefined;
  const byCost = points.toSorted((a, b) => a[cost] - b[cost] || a.top1 - b.top1);
  if (key === 'Home') return byCost[0];
  if (key === 'End') return byCost.at(-1);
  const order = key === 'ArrowUp' || key === 'ArrowDown' ? points.toSorted((a, b) => a.top1 - b.top1) : byCost;
  const at = order.findIndex(({ model }) => model === from);
  if (at < 0) return byCost[0];
  const next = at + (key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1);
  return order[Math.min(order.length - 1, Math.max(0, next))];
}

export interface Placed {
  readonly point: NetworkPoint;
  readonly x: number;
  readonly y: number;
}

/** Pixels around a point in which the pointer means it: what a finger hits. */
const REACH = 22;

/** The point nearest to a place, if one is within reach. */
export function nearest(placed: readonly Placed[], x: number, y: number): Placed | undefined {
  let best: Placed | undefined;
  let least = REACH;
  for (const each of placed) {
    const distance = Math.hypot(each.x - x, each.y - y);
    if (distance > least) continue;
    best = each;
    least = distance;
  }
  return best;
}
