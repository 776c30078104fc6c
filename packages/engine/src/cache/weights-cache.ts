/**
 * Keeps kernels in the form that the engine computes with, from one process or visit to the next. What it gives is verified by the
 * engine, so an entry may be lost or damaged at any time.
 */
export interface WeightsCache {
  /**
   * Fills `parts`, one after another, with the entry of this name. False where there is none, or one of another length; what the
   * parts hold then is of no matter. They may be views of shared memory.
   */
  read(key: string, parts: readonly Uint8Array[]): Promise<boolean>;
  /** Keeps an entry, if it can. It is read by others whole or not at all. */
  write(key: string, parts: readonly Uint8Array[]): Promise<void>;
}

/** Bytes that a cache keeps by default: VGG-16 four times. */
export const DEFAULT_LIMIT = 3_000_000_000;

export interface CacheOptions {
  /** Bytes of all entries; those that were used longest ago go first. 3 GB by default. */
  readonly limit?: number | undefined;
}

export const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

/** The entries to remove, the longest unused first, so that the rest has at most `limit` bytes. */
export function surplus<T extends { readonly bytes: number; readonly used: number }>(
  entries: readonly T[],
  limit: number,
): readonly T[] {
  let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  return entries
    .toSorted((a, b) => a.used - b.used)
    .filter(({ bytes }) => {
      if (total <= limit) return false;
      total -= bytes;
      return true;
    });
}
