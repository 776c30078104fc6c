import { Option } from '@commander-js/extra-typings';

/** What a line of the table may be. */
export const views = ['layer', 'block', 'stage', 'kind', 'op', 'tree'] as const;
export type View = (typeof views)[number];

/** `--per-stage` for `--per stage`, and so on. */
const shortcut = <V extends View>(view: V, flag: string): Option =>
  new Option(flag, `the same as --per ${view}`).implies({ per: view }).hideHelp();

export const viewOf = {
  layer: shortcut('layer', '--per-layer'),
  block: shortcut('block', '--per-block'),
  stage: shortcut('stage', '--per-stage'),
  kind: shortcut('kind', '--per-kind'),
  op: shortcut('op', '--per-op'),
  tree: shortcut('tree', '--tree'),
} as const;
