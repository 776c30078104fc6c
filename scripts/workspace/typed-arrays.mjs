import { expect } from 'vitest';

/**
 * vitest's `toEqual` asks every element of a typed array for its keys: comparing took longer than computing. Arrays that are the
 * same are told here; of others `toEqual` says, as ever, where they differ.
 *
 * @param {unknown} a
 * @param {unknown} b
 */
function areSameNumbers(a, b) {
  if (!isTypedArray(a) || !isTypedArray(b)) return undefined;
  if (a.constructor !== b.constructor || a.length !== b.length) return undefined;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return undefined;
  return true;
}

/**
 * @param {unknown} value
 * @returns {value is Float32Array}
 */
const isTypedArray = (value) => ArrayBuffer.isView(value) && !(value instanceof DataView);

expect.addEqualityTesters([areSameNumbers]);
