/** Edits (insert, delete, replace) that turn `a` into `b`: Levenshtein's distance, one row of the table at a time. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Letters and digits. What stands between two digits stays, as one sign: regnet_x_1_6gf is not regnet_x_16gf. */
const bare = (name: string): string =>
  name
    .toLowerCase()
    .replace(/(?<=\d)[^a-z0-9]+(?=\d)/g, '.')
    .replace(/[^a-z0-9.]/g, '');

/**
 * The names most like `name`, best first, letters and digits alone compared, so of two that differ in case or hyphens the
 * first is given; none where nothing is close.
 */
export function nearestNames(name: string, names: readonly string[], count = 3): readonly string[] {
  const wanted = bare(name.slice(0, 64));
  const limit = Math.max(2, Math.floor(wanted.length / 2));
  const distances = new Map<string, { readonly candidate: string; readonly distance: number }>();
  for (const candidate of names) {
    const distance = editDistance(wanted, bare(candidate));
    if (distance <= limit && !distances.has(bare(candidate))) distances.set(bare(candidate), { candidate, distance });
  }
  return [...distances.values()]
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
