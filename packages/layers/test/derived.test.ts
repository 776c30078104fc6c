import { describe, expect, it } from 'vitest';
import { derivedTensor, discardValues, float32Tensor, freeArray, originOf, widenFloat16 } from '../src/index.js';

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

it('widens every float16 number to the same one', () => {
  const widened = widenFloat16(Uint16Array.from({ length: 65_536 }, (_, i) => i));
  widened.forEach((value, half) => {
    // IEEE 754-2019, 3.4.
    const [sign, exponent, fraction] = [half >> 15 === 0 ? 1 : -1, (half >> 10) & 31, half & 1023];
    const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    const special = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    const expected = sign * (exponent === 31 ? special : magnitude);
    if (!Object.is(value, expected)) expect([half, value]).toEqual([half, expected]);
  });
  // Payload and sign of NaN.
  expect(bitsOf(widened)[0xfe01]).toBe(0xffc0_2000);
});

describe('a derived tensor', () => {
  it('makes its values when they are asked for, and again once they are discarded', () => {
    let reads = 0;
    const read = (): Float32Array => Float32Array.of(1, 2, ++reads);
    const tensor = derivedTensor([3], { kind: 'float32', read });
    expect(reads).toBe(0);
    expect(tensor.data).toEqual(Float32Array.of(1, 2, 1));
    expect(tensor.data).toBe(tensor.data);
    discardValues(tensor);
    expect(tensor.data).toEqual(Float32Array.of(1, 2, 2));
  });

  it('is scaled by its last axis, rounded once', () => {
    const values = float32Tensor([2, 2], Float32Array.of(0.1, 0.2, 0.3, 3e38));
    const factors = Float64Array.of(1 / 3, 2);
    const { data } = derivedTensor([2, 2], { kind: 'scaled', values, factors });
    expect([...data]).toEqual([...values.data].map((value, i) => Math.fround(value * factors[i % 2]!)));
  });

  it('has an origin, and a copy of it none', () => {
    const tensor = derivedTensor([1], { kind: 'float16', read: () => Uint16Array.of(0x3c00) });
    expect(originOf(tensor)?.kind).toBe('float16');
    const copy = { ...tensor };
    expect(copy.data).toEqual(Float32Array.of(1));
    expect(originOf(copy)).toBeUndefined();
  });

  it('refuses values of another size', () => {
    const tensor = derivedTensor([2], { kind: 'float32', read: () => new Float32Array(3) });
    expect(() => tensor.data).toThrow(expect.objectContaining({ code: 'wrong-size' }));
  });
});

it('frees an array, but not a part of one', () => {
  const whole = new Float32Array(8);
  freeArray(whole.subarray(2));
  expect(whole).toHaveLength(8);
  freeArray(whole);
  expect(whole).toHaveLength(0);
  freeArray(whole);
});
