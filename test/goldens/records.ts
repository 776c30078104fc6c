import { readdirSync, readFileSync } from 'node:fs';
import { type Goldens, parseGoldens } from '@convzoo/parity';
import { type Golden, givenGoldens } from './given.js';

export { type Golden, givenGoldens } from './given.js';

const read = (path: string): Goldens =>
  parseGoldens(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8'));

const folder = (name: string): readonly string[] =>
  readdirSync(new URL(`../../fixtures/${name}`, import.meta.url))
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => `${name}/${file}`);

/** The records of fixtures/goldens-own, which packages/parity/python/record_golden.py made. */
function own(): readonly Golden[] {
  return folder('goldens-own')
    .flatMap((file) => read(file).records)
    .map((record) => {
      if (record.keys === undefined) throw new Error(`${record.case} has no keys`);
      return { record, keys: record.keys };
    });
}

export const ownGoldens = own();
export const goldens: readonly Golden[] = [...givenGoldens, ...ownGoldens];
