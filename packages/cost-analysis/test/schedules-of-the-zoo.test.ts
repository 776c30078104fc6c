import { optimiseForInference } from '@convzoo/layers';
import { buildModel, modelNames } from '@convzoo/zoo';
import { expect, it } from 'vitest';
import { inferenceMemory } from '../src/index.js';

it('finds the best order of every network of the zoo, as written and as backends run it', () => {
  const better: string[] = [];
  for (const name of modelNames) {
    const graph = buildModel(name);
    for (const form of [graph, optimiseForInference(graph).graph]) {
      const { best, given } = inferenceMemory(form);
      expect(best.exact, name).toBe(true);
      if (best.bytes < given.bytes && !better.includes(name)) better.push(name);
    }
  }
  // The others are written in an order that none improves on.
  expect(better).toEqual(expect.arrayContaining(['resnext101_32x8d', 'xception', 'shufflenet_v2_x2_0', 'ghostnet']));
  expect(better).not.toContain('resnet50');
});
