import type { Contender } from './contenders.js';

/** What a process takes beside its network, about. */
const EMPTY = { node: 100, 'node-fma': 100, chromium: 200, python: 300 } as const;
const MIB = 2 ** 20;

/**
 * Times the weights that a cell takes at its peak, about: what it is given, its own copy, which Winograd makes larger, and what
 * it needs on the way. VGG-16 takes 2 to 4 times its weights, most about 2.5.
 */
const TIMES_WEIGHTS = 3;

/**
 * Contenders in groups that fit into memory together and take turns: all at once where they do. Else those of one thread count,
 * and of Chromium or not, stay together, since they are compared with one another; only where even they are too many are
 * they parted.
 */
export function waves(
  contenders: readonly Contender[],
  {
    parameterBytes,
    memory,
    batch,
  }: { readonly parameterBytes: number; readonly memory: number; readonly batch: number },
): readonly (readonly Contender[])[] {
  const need = (group: readonly Contender[]): number =>
    group.reduce((sum, { place, runtime }) => {
      // The engine has a cell of one example beside that of a batch.
      const cells = runtime === 'engine' && batch > 1 ? 2 : 1;
      return sum + cells * (EMPTY[place] * MIB + TIMES_WEIGHTS * parameterBytes);
    }, 0);
  const packed: Contender[][] = [];
  for (const group of [...alike(contenders)].flatMap((each) =>
    need(each) > memory ? each.map((one) => [one]) : [each],
  )) {
    const last = packed.at(-1);
    if (last !== undefined && need([...last, ...group]) <= memory) last.push(...group);
    else packed.push([...group]);
  }
  return packed;
}

function alike(contenders: readonly Contender[]): Iterable<readonly Contender[]> {
  const groups = new Map<string, Contender[]>();
  for (const contender of contenders) {
    const key = `${contender.threads} ${contender.place === 'chromium'}`;
    groups.set(key, [...(groups.get(key) ?? []), contender]);
  }
  return groups.values();
}
