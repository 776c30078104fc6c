import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reverseAxes } from '../src/index.js';

describe('reverseAxes', () => {
  test('equals its definition at any extents, and is undone by itself', () => {
    const extent = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(extent, extent, fc.integer({ min: 0, max: 9 }), (a, b, c) => {
        const data = Float32Array.from({ length: a * b * c }, (_, i) => i);
        const reversed = reverseAxes(data, a, b, c);
        for (let i = 0; i < a; i++)
          for (let j = 0; j < b; j++)
            for (let k = 0; k < c; k++) if (reversed[(k * b + j) * a + i] !== (i * b + j) * c + k) return false;
        return Buffer.from(reverseAxes(reversed, c, b, a).buffer).equals(Buffer.from(data.buffer));
      }),
      { numRuns: 200 },
    );
  });

  test('bits are moved, not numbers: a signalling NaN keeps its payload', () => {
    const data = new Float32Array(new Uint32Array([0x7fa00001, 0xff800001]).buffer);
    expect([...new Uint32Array(reverseAxes(data, 2, 1, 1).buffer)]).toEqual([0x7fa00001, 0xff800001]);
  });
});
