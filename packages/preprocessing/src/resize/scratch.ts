/** Scratch beyond this size is not kept: one huge picture must not hold memory for ever. */
const MAX_KEPT = 16 * 2 ** 20;

let kept = new Uint8ClampedArray(0);

/**
 * Bytes to work in, with whatever was in them before; they are lent until the next call. Resizing many pictures thus
 * allocates their results only.
 */
export function borrow(length: number): Uint8ClampedArray<ArrayBuffer> {
  if (length > MAX_KEPT) return new Uint8ClampedArray(length);
  if (kept.length < length) kept = new Uint8ClampedArray(length);
  return kept;
}
