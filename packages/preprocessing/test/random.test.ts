import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom, hashInts } from '../src/index.js';
import { fixtureBytes } from './support/fixtures.js';

interface Expected {
  hashInts: { of: [number, number, number, number]; is: number }[];
  streams: {
    seed: number;
    next: number;
    int10: number[];
    forks: Record<string, number>;
    fork7: number;
    forkBig: number;
  }[];
}

const expected = JSON.parse(fixtureBytes('random.json').toString()) as Expected;

describe('the documented algorithms (written a second time in fixtures/preprocessing/generate/random_streams.py)', () => {
  test('hashInts', () => {
    expect(expected.hashInts).toHaveLength(4);
    for (const { of, is } of expected.hashInts) expect(hashInts(...of)).toBe(is);
  });

  for (const stream of expected.streams) {
    test(`seed ${stream.seed}`, () => {
      expect(createRandom(stream.seed).next()).toBe(stream.next);
      const integers = createRandom(stream.seed);
      expect(Array.from({ length: 20 }, () => integers.int(10))).toEqual(stream.int10);
      for (const [key, value] of Object.entries(stream.forks)) {
        expect(createRandom(stream.seed).fork(key).next()).toBe(value);
      }
      expect(createRandom(stream.seed).fork(7).next()).toBe(stream.fork7);
      expect(
        createRandom(stream.seed)
          .fork(2 ** 40 + 5)
          .fork('a')
          .next(),
      ).toBe(stream.forkBig);
    });
  }
});

describe('streams', () => {
  test('a fork does not depend on what was drawn before it, nor disturb it', () => {
    const a = createRandom(3);
    const b = createRandom(3);
    for (let i = 0; i < 10; i++) b.next();
    const fork = b.fork('x');
    expect(a.fork('x').next()).toBe(fork.next());
    for (let i = 0; i < 10; i++) a.next();
    expect(a.next()).toBe(b.next());
  });

  test('a number, its text and neighbours are different keys', () => {
    const root = createRandom(0);
    const firsts = [root.fork(1), root.fork('1'), root.fork(2), root.fork(-1), root.fork(2 ** 32 + 1), root].map((r) =>
      r.next(),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test('int(10) is uniform (chi-square, 9 degrees of freedom, 99.9 %)', () => {
    const random = createRandom(11);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.int(10)]! += 1;
    const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chi).toBeLessThan(27.9);
  });

  test('next() lies in [0, 1) with mean one half', () => {
    const random = createRandom(5);
    let sum = 0;
    for (let i = 0; i < 100_000; i++) {
      const x = random.next();
      if (!(x >= 0 && x < 1)) throw new Error(`${x}`);
      sum += x;
    }
    expect(Math.abs(sum / 100_000 - 0.5)).toBeLessThan(0.005);
  });

  test('shuffle is a permutation, decided by the seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(60), (seed, n) => {
        const numbers = Uint32Array.from({ length: n }, (_, i) => i);
        const shuffled = createRandom(seed).shuffle(numbers.slice());
        expect(shuffled.slice().sort()).toEqual(numbers);
        expect(createRandom(seed).shuffle([...numbers])).toEqual([...shuffled]);
      }),
    );
  });

  test('all 24 orders of four items occur alike', () => {
    const random = createRandom(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([0, 1, 2, 3]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // chi-square, 23 degrees of freedom, 99.9 %
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(49.7);
  });

  test('what is not an integer is refused', () => {
    for (const run of [
      () => createRandom(0.5),
      () => createRandom(Number.NaN),
      () => createRandom(1).int(0),
      () => createRandom(1).fork(0.1),
    ]) {
      expect(run).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    }
  });
});
