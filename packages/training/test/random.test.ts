import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash32, hashText, shuffledIndices, uniformAt } from '../src/index.js';
import { fillNormal } from '../src/random.js';
import { seeds } from './support/random.js';

/** Of the code that trained the network in `pretrained-*`. */
const PINNED = {
  hash32: [3144930883, 4244838981, 1786981451, 1898977093],
  hashText: [2166136261, 1712955409, 1324424658],
  shuffle: '3baaeb21001b2bd0',
};

describe('hash32', () => {
  it('stays what it is: cards of trained networks promise that their seed makes the same network', () => {
    expect([hash32(0, 0), hash32(1, 2), hash32(-5, 7), hash32(0xffffffff, 1e6)]).toEqual(PINNED.hash32);
    expect([hashText(''), hashText('shuffle'), hashText('layer1.0.conv1.weight')]).toEqual(PINNED.hashText);
  });

  it('is an unsigned 32-bit integer, and spreads: neighbours share no more bits than chance lets them', () => {
    fc.assert(
      fc.property(seeds, seeds, (stream, counter) => {
        const h = hash32(stream, counter);
        expect(h).toBe(h >>> 0);
      }),
    );
    let differing = 0;
    for (let i = 0; i < 10_000; i++) for (let d = hash32(3, i) ^ hash32(3, i + 1); d !== 0; d &= d - 1) differing++;
    // 16 of 32 bits on average, with a deviation of 0.028.
    expect(Math.abs(differing / 10_000 - 16)).toBeLessThan(0.15);
  });
});

describe('uniformAt', () => {
  it('is in (0, 1), with the mean, variance and correlation of independent uniform numbers', () => {
    const n = 100_000;
    const values = Array.from({ length: n }, (_, i) => uniformAt(11, i));
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThan(0);
    expect(Math.max(...values.slice(0, 1000))).toBeLessThan(1);
    const mean = values.reduce((s, v) => s + v, 0) / n;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / n;
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
    const lag = values.slice(1).reduce((s, v, i) => s + (v - mean) * ((values[i] as number) - mean), 0) / n / variance;
    expect(Math.abs(lag)).toBeLessThan(5 / Math.sqrt(n));
  });
});

describe('fillNormal', () => {
  it('has the moments of a normal distribution', () => {
    const n = 200_001;
    const values = new Float32Array(n);
    fillNormal(values, 5, 2);
    const moment = (k: number): number => values.reduce((s, v) => s + (v / 2) ** k, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  });
});

describe('shuffledIndices', () => {
  it('is a permutation that seed and epoch alone decide', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), seeds, fc.nat(100), (size, seed, epoch) => {
        const order = shuffledIndices(size, seed, epoch);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
        expect(shuffledIndices(size, seed, epoch)).toEqual(order);
        if (size < 20) return;
        expect(shuffledIndices(size, seed + 1, epoch)).not.toEqual(order);
        expect(shuffledIndices(size, seed, epoch + 1)).not.toEqual(order);
      }),
    );
  });

  it('puts every example everywhere equally often', () => {
    const [size, epochs] = [8, 4000];
    const counts = Array.from({ length: size * size }, () => 0);
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const [place, index] of shuffledIndices(size, 1, epoch).entries())
        (counts[index * size + place] as number)++;
    }
    const expected = epochs / size;
    const chi = counts.reduce((s, c) => s + (c - expected) ** 2 / expected, 0);
    // 49 degrees of freedom: 49 with a deviation of 9.9.
    expect(chi).toBeLessThan(49 + 5 * 9.9);
  });

  it('stays what it is', () => {
    const digest = createHash('sha256')
      .update(new Uint8Array(shuffledIndices(50_000, 1, 3).buffer))
      .digest('hex');
    expect(digest.slice(0, 16)).toBe(PINNED.shuffle);
  });
});
