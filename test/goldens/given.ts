import { type GoldenKeys, type GoldenRecord, type Goldens, parseGoldens } from '@convzoo/parity';

export interface Golden {
  readonly record: GoldenRecord;
  /** Names and shapes of the filled arrays, in the framework's spelling and layout. */
  readonly keys: GoldenKeys;
}

/** Reads from the disk in Node, and from the server that the tests come from in a browser. */
async function textAt(url: URL): Promise<string> {
  if (url.protocol !== 'file:') return (await fetch(url)).text();
  const { readFile } = await import('node:fs/promises');
  return readFile(url, 'utf8');
}

const read = async (name: string): Promise<Goldens> =>
  parseGoldens(await textAt(new URL(`../../fixtures/goldens/${name}.jsonl`, import.meta.url)));

/** Cases are called `NETWORK-HEIGHTxWIDTH`, and any input has the same keys. */
const networkName = (name: string): string => name.replace(/-\d+x\d+(?=$|-)/, '');

async function recordsOf(framework: string): Promise<readonly Golden[]> {
  const [{ keys }, { records }] = await Promise.all([read(`${framework}-keys`), read(`${framework}-eval`)]);
  return records.map((record) => {
    const found = [...keys].find(([entry]) => networkName(entry) === networkName(record.case));
    if (found === undefined) throw new Error(`there are no keys for ${record.case}`);
    return { record, keys: found[1] };
  });
}

/** The records of fixtures/goldens, which others made, with their keys in files of their own. */
export const givenGoldens: readonly Golden[] = (await Promise.all(['torch', 'timm', 'keras'].map(recordsOf))).flat();
