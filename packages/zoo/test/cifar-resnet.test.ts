import { type Graph, isTrainable, paramsOf, sizeOf } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { cifarResNet } from '../src/families/cifar-resnet.js';

const count = (graph: Graph): number =>
  paramsOf(graph)
    .filter(isTrainable)
    .reduce((sum, param) => sum + sizeOf(param.shape), 0);

describe('cifarResNet', () => {
  it('has the published number of parameters', () => {
    expect(count(cifarResNet({ depth: 20 }))).toBe(269_722);
    expect(count(cifarResNet({ depth: 20, shortcut: 'B' }))).toBe(269_722 + 2_752);
    expect(count(cifarResNet({ depth: 20, shortcut: 'none' }))).toBe(269_722);
  });
});
