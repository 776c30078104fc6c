import { invalidArgument } from '../errors.js';

/**
 * A seeded source of random numbers. The stream is a function of the seed and the fork keys only: the same in every
 * JavaScript engine, and untouched by what other streams draw.
 */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform integer in [0, n), without modulo bias; `n` from 1 to 2^32. */
  int(n: number): number;
  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<A extends MutableIndexable>(array: A): A;
  /**
   * An independent stream named by `key`. It depends on this stream's seed and keys, not on how many numbers were
   * drawn from it, so that workers can fork in any order.
   */
  fork(key: number | string): Random;
}

/** What `shuffle` accepts: an array or a typed array. */
export type MutableIndexable = unknown[] | Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array;

const GOLDEN = 0x9e3779b9;

/** Finaliser of MurmurHash3 (Appleby): every input bit changes every output bit with probability about one half. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A 32-bit hash of a few integers (each taken modulo 2^32); order matters. This is the counter-based generator of the
 * augmentation: a draw is `hashInts(seed, epoch, sampleIndex, drawNumber)` and needs no state.
 */
export function hashInts(a: number, b: number, c: number, d = 0): number {
  let h = mix(a ^ GOLDEN);
  h = mix((Math.imul(h, 5) + 0xe6546b64) ^ b);
  h = mix((Math.imul(h, 5) + 0xe6546b64) ^ c);
  return mix((Math.imul(h, 5) + 0xe6546b64) ^ d);
}

/** 64 bits of identity for a fork, from its parent's and the key. */
function deriveKey(high: number, low: number, key: number | string): [number, number] {
  // A number and the string that prints it are different keys; an integer beyond 32 bits keeps its upper half.
  const isText = typeof key === 'string';
  let h = hashInts(high, low, isText ? 1 : 2);
  let l = hashInts(low, high, isText ? 3 : 4);
  const words = isText ? Array.from(key, (character) => character.codePointAt(0) ?? 0) : splitNumber(key);
  for (const word of words) {
    h = hashInts(h, l, word, 5);
    l = hashInts(l, h, word, 6);
  }
  return [h, l];
}

/** The lower and the upper 32 bits. */
function splitNumber(key: number): [low: number, high: number] {
  if (!Number.isSafeInteger(key)) {
    throw invalidArgument(`a seed or fork key must be a safe integer or a string, got ${key}`);
  }
  return [key >>> 0, Math.floor(key / 2 ** 32) | 0];
}

/**
 * A generator for `seed` (a safe integer).
 *
 * Algorithm: sfc32 (Chris Doty-Humphrey, PractRand: 128 bits of state, passes its tests to several terabytes), whose
 * state is set from a 64-bit hash of the seed and the fork keys and then stepped 15 times, as its author does.
 */
export function createRandom(seed: number): Random {
  const [low, high] = splitNumber(seed);
  return createStream(hashInts(low, high, 0, 7), hashInts(high, low, 1, 8));
}

function createStream(high: number, low: number): Random {
  let a = high;
  let b = low;
  let c = hashInts(high, low, GOLDEN);
  let counter = 1;

  function uint32(): number {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  for (let i = 0; i < 15; i++) uint32();

  function int(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 32)) {
      throw invalidArgument(`int(n) needs an integer from 1 to 2^32, got ${n}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = uint32();
    while (draw >= limit) draw = uint32();
    return draw % n;
  }

  return {
    next: () => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53,
    int,
    shuffle(array) {
      for (let i = array.length - 1; i > 0; i--) {
        const j = int(i + 1);
        const value = array[i];
        // The element type is the array's own, whichever of the union it is.
        (array as unknown[])[i] = array[j];
        (array as unknown[])[j] = value;
      }
      return array;
    },
    fork(key) {
      const [h, l] = deriveKey(high, low, key);
      return createStream(h, l);
    },
  };
}
