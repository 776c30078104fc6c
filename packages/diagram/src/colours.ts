import type { UnitKind } from './unit.js';

/** Light fills that dark text reads well on; kinds also differ by their words, so colour alone never tells. */
export const COLOURS: Readonly<Record<UnitKind, { readonly fill: string; readonly stroke: string }>> = {
  input: { fill: '#f4f4f4', stroke: '#8a8a8a' },
  convolution: { fill: '#d7e6f8', stroke: '#3b78b8' },
  pointwise: { fill: '#e4ddf6', stroke: '#7a5fc0' },
  depthwise: { fill: '#d3efe6', stroke: '#2f8f75' },
  dense: { fill: '#fbe3d0', stroke: '#c2762b' },
  pool: { fill: '#fff3c9', stroke: '#b59a1c' },
  norm: { fill: '#eeeeee', stroke: '#9a9a9a' },
  merge: { fill: '#fadadd', stroke: '#c04f5b' },
  other: { fill: '#eeeeee', stroke: '#9a9a9a' },
};
