import { float32Tensor, type Parameters } from '@convzoo/layers';
import { describe, expect, test } from 'vitest';
import { byteSize, cloneParameters, countValues, sameParameters } from '../src/index.js';

const params = (): Parameters =>
  new Map([
    ['a', float32Tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))],
    ['b', float32Tensor([1], Float32Array.of(Number.NaN))],
  ]);

describe('parameters', () => {
  test('bytes and values', () => expect([byteSize(params()), countValues(params())]).toEqual([28, 7]));

  test('a clone is equal and separate', () => {
    const copy = cloneParameters(params());
    expect(sameParameters(copy, params())).toBe(true);
    const original = params();
    copy.get('a')?.data.fill(0);
    expect(original.get('a')?.data[0]).toBe(1);
  });

  test.each<[string, (map: Map<string, ReturnType<typeof float32Tensor>>) => unknown]>([
    ['a value', (map) => map.set('a', float32Tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 7)))],
    ['the sign of zero', (map) => map.set('b', float32Tensor([1], Float32Array.of(-0)))],
    ['a shape', (map) => map.set('a', float32Tensor([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)))],
    ['a path', (map) => map.delete('b') && map.set('c', float32Tensor([1], Float32Array.of(Number.NaN)))],
    ['one fewer', (map) => map.delete('a')],
  ])('%s makes a difference, and the order of paths does not', (_, change) => {
    const changed = new Map([...params()].reverse());
    expect(sameParameters(changed, params())).toBe(true);
    change(changed);
    expect(sameParameters(changed, params())).toBe(false);
  });
});
