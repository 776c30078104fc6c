/** Milliseconds that a script may run; ResNet-152 takes a tenth of a second or so. */
export const TIME_LIMIT = 3000;
/** Milliseconds after which its thread is ended, where it did not end by itself: time to load, and the limit. */
export const PATIENCE = TIME_LIMIT + 3000;
/** Bytes of the interpreter's heap. */
export const MAX_MEMORY = 128 * 2 ** 20;
/** Bytes of its stack. A browser's own stack is used as well, and must not end first. */
export const MAX_STACK = 96 * 2 ** 10;
/** Characters of a network as JSON. */
export const MAX_RESULT = 16_000_000;
