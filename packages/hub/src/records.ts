import type { Checksum } from './checksum.js';
import type { FileRecord, Unfinished } from './store.js';

/** What a text in the cache says of a file; undefined where it is none of ours, or broken. */
export function parseRecord(text: string): FileRecord | undefined {
  const value = parseObject(text);
  if (value === undefined) return undefined;
  const { url, size, sha256, downloaded, published } = value;
  if (
    typeof url !== 'string' ||
    typeof size !== 'number' ||
    typeof sha256 !== 'string' ||
    typeof downloaded !== 'string'
  ) {
    return undefined;
  }
  if (!Number.isSafeInteger(size) || size < 0 || !/^[0-9a-f]{64}$/.test(sha256) || !URL.canParse(url)) return undefined;
  const checksum = parseChecksum(published);
  return { url, size, sha256, downloaded, ...(checksum !== undefined && { published: checksum }) };
}

export function parseUnfinished(text: string): Unfinished | undefined {
  const { url, from, validator, total } = parseObject(text) ?? {};
  if (typeof from !== 'string' || typeof url !== 'string') return undefined;
  return {
    url,
    from,
    ...(typeof validator === 'string' && { validator }),
    ...(typeof total === 'number' && { total }),
  };
}

function parseChecksum(value: unknown): Checksum | undefined {
  if (!isObject(value)) return undefined;
  const { algorithm, digest } = value;
  if ((algorithm !== 'sha256' && algorithm !== 'md5') || typeof digest !== 'string') return undefined;
  return { algorithm, digest };
}

interface Anything {
  readonly [key: string]: unknown;
  readonly url?: unknown;
  readonly size?: unknown;
  readonly sha256?: unknown;
  readonly downloaded?: unknown;
  readonly published?: unknown;
  readonly from?: unknown;
  readonly validator?: unknown;
  readonly total?: unknown;
  readonly algorithm?: unknown;
  readonly digest?: unknown;
}

const isObject = (value: unknown): value is Anything => typeof value === 'object' && value !== null;

function parseObject(text: string): Anything | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
