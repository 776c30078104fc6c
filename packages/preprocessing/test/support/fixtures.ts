import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export { syntheticImage } from './synthetic.js';

const FIXTURES = new URL('../../../../fixtures/preprocessing/', import.meta.url);
const SHARED = new URL('../../../../../shared/', import.meta.url);

export function fixtureBytes(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

/** The records of a `.jsonl` file. */
export function fixtureRecords<T>(name: string): T[] {
  const lines = fixtureBytes(name).toString('utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as T);
}

export function sharedPath(name: string): string {
  return fileURLToPath(new URL(name, SHARED));
}

/** False, with one visible line, where the reference data are not there (a fresh clone has none). */
export function hasShared(what: string): boolean {
  const there = existsSync(SHARED);
  if (!there) console.warn(`skipped: ${what} (no ../shared beside the repository)`);
  return there;
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
