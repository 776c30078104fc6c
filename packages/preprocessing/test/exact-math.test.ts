import { describe, expect, test } from 'vitest';
import { exactAtan, exactCos, exactExp, exactLog, exactSin, exactTan } from '../src/augment/exact-math.js';
import { fixtureBytes } from './support/fixtures.js';

const functions = { sin: exactSin, cos: exactCos, tan: exactTan, atan: exactAtan, exp: exactExp, log: exactLog };
const tables = JSON.parse(fixtureBytes('exact-math.json').toString()) as Record<string, [number, number][]>;

describe('correctly rounded, as mpmath has it with 400 bits', () => {
  test.each(Object.entries(functions))('%s', (name, run) => {
    const table = tables[name] ?? [];
    expect(table.length).toBeGreaterThan(160);
    expect(table.filter(([x, expected]) => run(x) !== expected).map(([x]) => x)).toEqual([]);
  });
});
