import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16, toFloat32 } from '../src/index.js';
import { codeOf } from './support.js';

/** IEEE 754 binary16 and bfloat16 by their definition. */
function halfValue(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}
const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
const formats = [
  { name: 'float16', from: fromFloat16, to: toFloat16, exponent: 5, fraction: 10 },
  { name: 'bfloat16', from: fromBfloat16, to: toBfloat16, exponent: 8, fraction: 7 },
];

describe.each(formats)('$name', ({ from, to, exponent, fraction }) => {
  test('all 65536 values are exact', () => {
    const values = from(all);
    const wrong = all.filter((bits) => !Object.is(values[bits], halfValue(bits, exponent, fraction)));
    expect([...wrong]).toEqual([]);
  });

  test('all come back with the same bits; a NaN stays one', () => {
    const back = to(from(all));
    const wrong = all.filter((bits) =>
      Number.isNaN(halfValue(bits, exponent, fraction))
        ? !Number.isNaN(halfValue(back[bits]!, exponent, fraction))
        : back[bits] !== bits,
    );
    expect([...wrong]).toEqual([]);
  });

  test('rounds to the nearest, and to even in the middle', () => {
    const finite = [...all.filter((bits) => bits < 0x8000 && Number.isFinite(halfValue(bits, exponent, fraction)))];
    const largest = halfValue(finite.at(-1)!, exponent, fraction);
    const check = (x: number): void => {
      const rounded = to(Float32Array.of(x))[0]!;
      const value = halfValue(rounded, exponent, fraction);
      // Beyond half a step above the largest value, infinity is nearest.
      const step = largest - halfValue(finite.at(-2)!, exponent, fraction);
      if (Math.abs(x) >= largest + step / 2) expect(value).toBe(Math.sign(x) * Infinity);
      else {
        const [below, above] = [-1, 1].map((d) => halfValue((rounded & 0x7fff) + d, exponent, fraction));
        const distance = Math.abs(Math.abs(x) - Math.abs(value));
        for (const other of [below!, above!].filter(Number.isFinite)) {
          const theirs = Math.abs(Math.abs(x) - other);
          expect(distance < theirs || (distance === theirs && (rounded & 1) === 0) || Math.abs(value) === other).toBe(
            true,
          );
        }
        expect(Object.is(Math.sign(value), Math.sign(x)) || value === 0).toBe(true);
      }
    };
    fc.assert(fc.property(fc.float({ noNaN: true }), check), { numRuns: 3000 });
    fc.assert(fc.property(fc.float({ min: -4, max: 4, noNaN: true }), check), { numRuns: 3000 });
    // Midpoints between neighbours are exact in float32.
    for (let i = 0; i < finite.length - 1; i += 7) {
      const [a, b] = [finite[i]!, finite[i + 1]!].map((bits) => halfValue(bits, exponent, fraction));
      expect(to(Float32Array.of((a! + b!) / 2))[0]! & 1).toBe(0);
    }
  });
});

describe('toFloat32', () => {
  test('integers, bool and float64', () => {
    const data = (tensor: Parameters<typeof toFloat32>[0]) => [...toFloat32(tensor).data];
    expect(data({ dtype: 'int8', shape: [2], data: Int8Array.of(-128, 127) })).toEqual([-128, 127]);
    expect(data({ dtype: 'uint16', shape: [1], data: Uint16Array.of(65535) })).toEqual([65535]);
    expect(data({ dtype: 'int64', shape: [2], data: BigInt64Array.of(-5n, 2n ** 24n) })).toEqual([-5, 2 ** 24]);
    expect(data({ dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) })).toEqual([0, 1]);
    expect(data({ dtype: 'float64', shape: [1], data: Float64Array.of(0.1) })).toEqual([Math.fround(0.1)]);
    expect(data({ dtype: 'bfloat16', shape: [1], data: Uint16Array.of(0x3fc0) })).toEqual([1.5]);
  });

  test('float32 is not copied', () => {
    const data = Float32Array.of(1);
    expect(toFloat32({ dtype: 'float32', shape: [1], data }).data).toBe(data);
  });

  test('an integer that no float can hold is refused', async () => {
    expect(await codeOf(() => toFloat32({ dtype: 'uint64', shape: [1], data: BigUint64Array.of(2n ** 63n) }))).toBe(
      'bad-value',
    );
  });
});
