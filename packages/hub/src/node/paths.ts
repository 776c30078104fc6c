import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Characters of a URL's SHA-256 that tell it from other URLs. */
const DIGITS = 16;
/** File systems allow 255 bytes a name, and endings are added. */
const MAX_NAME = 120;

/** Where a file of the cache lies, and what lies beside it. */
export interface CachePaths {
  readonly folder: string;
  /** The file itself, by its own name: formats are told by endings too. */
  readonly file: string;
  /** What is noted of it. */
  readonly record: string;
  /** What of it has arrived. */
  readonly part: string;
  /** What that is part of. */
  readonly partRecord: string;
  readonly lock: string;
}

export const RECORD = 'record.json';
export const PART = 'part';
export const PART_RECORD = 'part.json';
export const LOCK = 'lock';

/**
 * `ROOT/HOST/HASH/NAME`: a folder for each URL, so that `a` and `a/b` do not collide, with a readable host and name. The
 * URL enters as a hash and as two cleaned names: nothing in it can lead out of the root.
 */
export function cachePaths(root: string, url: string): CachePaths {
  const { host, pathname } = new URL(url);
  const hash = createHash('sha256').update(url).digest('hex').slice(0, DIGITS);
  const name = clean(pathname.slice(pathname.lastIndexOf('/') + 1));
  const folder = join(root, clean(host), hash);
  return {
    folder,
    file: join(folder, RESERVED.includes(name) ? `_${name}` : name),
    record: join(folder, RECORD),
    part: join(folder, PART),
    partRecord: join(folder, PART_RECORD),
    lock: join(folder, LOCK),
  };
}

const RESERVED: readonly string[] = [RECORD, PART, PART_RECORD, LOCK];

function clean(text: string): string {
  const safe = text
    .replaceAll(/[^\w.-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(-MAX_NAME);
  return safe === '' ? 'file' : safe;
}
