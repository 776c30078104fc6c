import { readdirSync, readFileSync } from 'node:fs';
import { type GoldenKeys, type GoldenRecord, type Goldens, parseGoldens } from '@convzoo/parity';

const read = (path: string): Goldens =>
  parseGoldens(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8'));

const folder = (name: string): readonly string[] =>
  readdirSync(new URL(`../../fixtures/${name}`, import.meta.url))
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => `${name}/${file}`);

/** Cases are called `NETWORK-HEIGHTxWIDTH`, and any input has the same keys. */
const networkName = (name: string): string => name.replace(/-\d+x\d+(?=$|-)/, '');

export interface Golden {
  readonly record: GoldenRecord;
  /** Names and shapes of the filled arrays, in the framework's spelling and layout. */
  readonly keys: GoldenKeys;
}

/** The records of fixtures/goldens, which others made, with their keys in files of their own. */
function given(): readonly Golden[] {
  return ['torch', 'timm', 'keras'].flatMap((name) => {
    const keys = [...read(`goldens/${name}-keys.jsonl`).keys];
    return read(`goldens/${name}-eval.jsonl`).records.map((record) => {
      const found = keys.find(([entry]) => networkName(entry) === networkName(record.case));
      if (found === undefined) throw new Error(`there are no keys for ${record.case}`);
      return { record, keys: found[1] };
    });
  });
}

/** The records of fixtures/goldens-own, which packages/parity/python/record_golden.py made. */
function own(): readonly Golden[] {
  return folder('goldens-own')
    .flatMap((file) => read(file).records)
    .map((record) => {
      if (record.keys === undefined) throw new Error(`${record.case} has no keys`);
      return { record, keys: record.keys };
    });
}

export const givenGoldens = given();
export const ownGoldens = own();
export const goldens: readonly Golden[] = [...givenGoldens, ...ownGoldens];
