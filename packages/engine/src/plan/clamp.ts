import type { FusedActivation } from '@convzoo/layers';

/** Bounds of what is stored. */
export interface Limits {
  readonly lo: number;
  readonly hi: number;
}

const NONE: Limits = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY };
const CLAMPS: Readonly<Partial<Record<FusedActivation, Limits>>> = {
  linear: NONE,
  relu: { lo: 0, hi: Number.POSITIVE_INFINITY },
  relu6: { lo: 0, hi: 6 },
};

/** Whether an activation is only a bound below and above, which kernels apply while they store. */
export const isClamp = (activation: FusedActivation): boolean => CLAMPS[activation] !== undefined;

/** The bounds; none for an activation that has a step of its own. */
export const clampOf = (activation: FusedActivation): Limits => CLAMPS[activation] ?? NONE;
