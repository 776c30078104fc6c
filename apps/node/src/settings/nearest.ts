import { nearestNames } from '@convzoo/zoo';

/** ` Did you mean X?` where a name is like a known one. */
export function nearest(given: string, known: readonly string[]): string {
  const [near] = nearestNames(given, known);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}
