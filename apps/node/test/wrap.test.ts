import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { wrapText } from '../src/output/wrap.js';

const words = fc.array(fc.constantFrom('a', 'of', 'weights,', '915.26 kB', '3 s', '8 %', '1.2 G', 'Build', 'scratch'), {
  minLength: 1,
  maxLength: 30,
});

it('keeps words, numbers with their units among them, and the width', () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 10, max: 60 }), fc.constantFrom('', '  '), (parts, width, indent) => {
      const lines = wrapText(parts.join(' '), width, indent);
      expect(lines.map((line) => line.trim()).join(' ')).toBe(parts.join(' '));
      for (const [i, line] of lines.entries()) {
        expect(line.length).toBeLessThanOrEqual(width);
        // A unit starts a line only where the number before it leaves it no room on any.
        const unit = /^ *(kB|s|%|G)(?: |$)/.exec(line)?.[1];
        const number = lines[i - 1]?.split(' ').at(-1);
        if (unit !== undefined) expect(`${indent}${number} ${unit}`.length).toBeGreaterThan(width);
      }
    }),
  );
});

it('parts a number from its unit before it cuts either', () => {
  expect(wrapText('a 915.26 kB a', 10, '  ')).toEqual(['a 915.26', '  kB a']);
});

it('takes what no line has room for apart', () => {
  expect(wrapText('an unbreakable', 6)).toEqual(['an', 'unbrea', 'kable']);
});
