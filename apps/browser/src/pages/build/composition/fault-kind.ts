import type { Shape } from '@convzoo/layers';
import type { Block } from './composition.js';
import type { FieldName } from './fields.js';
import { definitionOf } from './kinds.js';

/** Why a block cannot be built, for a sentence in the user's language. */
export type FaultKind =
  /** Nothing is left of the map. */
  | { readonly kind: 'window-too-large'; readonly window: number; readonly map: readonly [number, number] }
  | { readonly kind: 'needs-map' }
  | { readonly kind: 'needs-vector' }
  | { readonly kind: 'input-groups'; readonly channels: number; readonly groups: number }
  | { readonly kind: 'output-groups'; readonly channels: number; readonly groups: number }
  | { readonly kind: 'padding-too-wide' }
  | { readonly kind: 'other' };

/** Found from the settings and what the block got; the builder's own message says it in the words of the graph. */
export function faultKindOf(block: Block, input: Shape): FaultKind {
  const { group, fields } = definitionOf(block.kind);
  const isMap = input.length === 3;
  if (!isMap && (group !== 'vectors' || block.kind === 'globalAvgPool')) return { kind: 'needs-map' };
  if (isMap && block.kind === 'dense') return { kind: 'needs-vector' };
  const [height = 1, width = 1, channels = 1] = input;
  const groups = number(block, 'groups') ?? 1;
  const within = block.kind === 'bottleneckBlocks' ? (number(block, 'filters') ?? 1) : channels;
  if (within % groups !== 0) return { kind: 'input-groups', channels: within, groups };
  const filters = number(block, 'filters') ?? groups;
  if (filters % groups !== 0) return { kind: 'output-groups', channels: filters, groups };
  const window = number(block, 'size') ?? number(block, 'kernel');
  if (window !== undefined) {
    const padded = block.settings.padding === 'half' || (fields.padding === undefined && fields.kernel !== undefined);
    const sides = padded ? 2 * (window >> 1) : 0;
    if (Math.min(height, width) + sides < window) return { kind: 'window-too-large', window, map: [height, width] };
    return padded && 'size' in fields ? { kind: 'padding-too-wide' } : { kind: 'other' };
  }
  if (block.settings.pool === true && Math.min(height, width) < 2) {
    return { kind: 'window-too-large', window: 2, map: [height, width] };
  }
  return { kind: 'other' };
}

function number({ settings }: Block, name: FieldName): number | undefined {
  const value = settings[name];
  return typeof value === 'number' ? value : undefined;
}
