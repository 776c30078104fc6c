import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { tableLines } from '../src/output/table.js';

const columns = [
  { title: 'name', text: ([name]: readonly [string, number]) => name, align: 'left' },
  { title: 'count', text: ([, count]: readonly [string, number]) => String(count), rank: 2 },
  { title: 'twice', text: ([, count]: readonly [string, number]) => String(2 * count), rank: 1 },
] as const;

it('aligns names left and numbers right', () => {
  expect(
    tableLines(
      [
        ['a', 5],
        ['bcd', 1000],
      ],
      columns,
      80,
    ),
  ).toEqual(['name  count  twice', 'a         5     10', 'bcd    1000   2000']);
});

it('shortens names, then leaves out what matters least', () => {
  const rows = [['a-name-of-more-than-twenty-letters', 5]] as const;
  expect(tableLines(rows, columns, 34)[1]).toBe('a-name-of-…y-letters      5     10');
  expect(tableLines(rows, columns, 33)[1]).toBe('a-name-of-mor…enty-letters      5');
  expect(tableLines(rows, columns, 14)[1]).toBe('a-n…ers      5');
});

it('fits any width that a name and one number can have', () => {
  const row = fc.tuple(fc.string({ unit: 'grapheme-ascii', maxLength: 30 }), fc.nat());
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: 20, max: 100 }), (rows, width) => {
      for (const line of tableLines(rows, columns, width)) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});
