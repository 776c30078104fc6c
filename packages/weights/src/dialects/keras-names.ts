import type { CanonicalNames } from './dialect.js';

/** Layers without a name of their own: Keras numbers them by kind, from 0, for as long as its session lasts. */
const NUMBERED = /^(conv2d|depthwise_conv2d|separable_conv2d|batch_normalization|dense)(?:_v1)?(?:_(\d+))?$/;

/** Keras 1 wrote `block1_conv1_W_1` for a kernel and called a variance `running_std`. */
const OLD_LEAVES: Readonly<Record<string, string>> = {
  W: 'kernel',
  b: 'bias',
  gamma: 'gamma',
  beta: 'beta',
  running_mean: 'moving_mean',
  running_std: 'moving_variance',
};
const OLD_LEAF = /_(W|b|gamma|beta|running_mean|running_std)(?:_\d+)?$/;

/**
 * `LAYER/LEAF` as a fresh session of today's Keras would name it: `:0` taken off, old leaves renamed, and layers numbered
 * from 0 in the order of their numbers, since a session that built other networks before counts on.
 */
export function canonicalKerasNames(names: readonly string[]): CanonicalNames {
  const split = names.map((name) => splitName(name.replace(/:\d+$/, '')));
  const numbers = renumbered(new Set(split.map(({ layer }) => layer)));
  const renamed = split.map(({ layer, leaf }) => {
    const name = numbers.get(layer) ?? layer;
    return name === '' ? leaf : `${name}/${leaf}`;
  });
  const moved = [...numbers].some(([from, to]) => from !== to);
  return moved
    ? { names: renamed, note: 'numbered the layers from 0, as a fresh session of Keras does' }
    : { names: renamed };
}

function splitName(name: string): { readonly layer: string; readonly leaf: string } {
  const slash = name.lastIndexOf('/');
  const [layer, leaf] = [name.slice(0, Math.max(slash, 0)), name.slice(slash + 1)];
  const old = OLD_LEAF.exec(leaf);
  const isOld = old !== null && layer !== '' && leaf.startsWith(layer);
  return { layer, leaf: isOld ? (OLD_LEAVES[old[1] ?? ''] ?? leaf) : leaf };
}

function renumbered(layers: ReadonlySet<string>): ReadonlyMap<string, string> {
  const kinds = new Map<string, { readonly layer: string; readonly number: number }[]>();
  for (const layer of layers) {
    const [, kind, number = '0'] = NUMBERED.exec(layer) ?? [];
    if (kind === undefined) continue;
    const members = kinds.get(kind) ?? [];
    members.push({ layer, number: Number(number) });
    kinds.set(kind, members);
  }
  const result = new Map<string, string>();
  for (const [kind, members] of kinds) {
    members.sort((a, b) => a.number - b.number);
    members.forEach(({ layer }, i) => {
      result.set(layer, i === 0 ? kind : `${kind}_${i}`);
    });
  }
  return result;
}
