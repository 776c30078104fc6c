import type { Checksum } from '../checksum.js';

/** What the head of an answer says of the file. */
export interface Stated {
  /** Byte of the file with which the body begins: 0 unless the host sends a range. */
  readonly start: number;
  /** Size of the whole file, where stated. */
  readonly total: number | undefined;
  /** What If-Range may name: a strong ETag, or a date. */
  readonly validator: string | undefined;
}

const natural = (text: string | null | undefined): number | undefined =>
  text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** Undefined for a 206 whose range cannot be read: it could be any part. */
export function statedBy(response: Response): Stated | undefined {
  const { headers, status } = response;
  const etag = headers.get('etag');
  const validator = etag !== null && !etag.startsWith('W/') ? etag : (headers.get('last-modified') ?? undefined);
  if (status !== 206) {
    // A coded body has another length than the file.
    const coded = (headers.get('content-encoding') ?? 'identity') !== 'identity';
    return { start: 0, total: coded ? undefined : natural(headers.get('content-length')), validator };
  }
  const [, from, to, size] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  const [start, end] = [natural(from), natural(to)];
  if (start === undefined || end === undefined || end < start) return undefined;
  return { start, total: natural(size), validator };
}

/** Size that `Content-Range: bytes *\/SIZE` of a 416 states. */
export const sizeOfUnsatisfied = (response: Response): number | undefined =>
  natural(/^bytes \*\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '')?.[1]);

/** What the hub says of a large file on its redirect: size and, as the ETag of the file behind it, SHA-256. */
export interface LinkedFile {
  readonly size: number | undefined;
  readonly checksum: Checksum | undefined;
}

export function linkedFile(hops: readonly Headers[]): LinkedFile {
  for (const headers of hops) {
    const [, digest] = /^"?([0-9a-f]{64})"?$/.exec(headers.get('x-linked-etag') ?? '') ?? [];
    const size = natural(headers.get('x-linked-size'));
    if (digest !== undefined || size !== undefined) {
      return { size, checksum: digest === undefined ? undefined : { algorithm: 'sha256', digest } };
    }
  }
  return { size: undefined, checksum: undefined };
}

/** Milliseconds that the host asks to wait. */
export function retryAfter(response: Response, now: number = Date.now()): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  const seconds = natural(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
