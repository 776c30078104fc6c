import type { Contender } from './contenders.js';

/** What a process takes beside its network, about. */
const EMPTY = { node: 100, 'node-fma': 100, chromium: 200, python: 300 } as const;
const MIB = 2 ** 20;

/**
 * Times the weights that a cell takes at its peak, about and from above: what it is given, its own copy, which Winograd makes
 * larger, and what it needs on the way (bench/results/engine.json, VGG-16).
 */
const TIMES_WEIGHTS = 3;

/**
 * Contenders in groups that fit into memory together and take turns: all at once where they do. Neighbours, which are compared
 * with one another, stay together.
 */
export function waves(
  contenders: readonly Contender[],
  { parameterBytes, memory }: { readonly parameterBytes: number; readonly memory: number },
): readonly (readonly Contender[])[] {
  const groups: Contender[][] = [];
  let left = 0;
  for (const contender of contenders) {
    const need = EMPTY[contender.place] * MIB + TIMES_WEIGHTS * parameterBytes;
    const group = groups.at(-1);
    if (group === undefined || need > left) {
      groups.push([contender]);
      left = memory - need;
    } else {
      group.push(contender);
      left -= need;
    }
  }
  return groups;
}
