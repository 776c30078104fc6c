import { describe, expect, it } from 'vitest';
import { labelsFor, presetOfWeights, presets } from '../src/index.js';

const stated = { preset: 'imagenet-torch', resize: 232, crop: 224, interpolation: 'bilinear' } as const;

describe('the preset of published weights', () => {
  it('is what was stated, with a normalisation of its own where it has one', () => {
    const preset = presetOfWeights({ name: 'torchvision/x', dialect: 'torchvision', preprocessing: stated });
    expect(preset).toEqual({
      name: 'of torchvision/x',
      resize: { mode: 'shorter-side', size: 232 },
      filter: 'bilinear',
      crop: { height: 224, width: 224 },
      normalise: presets['imagenet-torch'].normalise,
    });
    const half = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], squash: true };
    expect(presetOfWeights({ name: 'x', dialect: 'timm', preprocessing: { ...stated, ...half } })).toMatchObject({
      resize: { mode: 'exact', height: 232, width: 232 },
      normalise: { scale: 1 / 255, mean: half.mean, std: half.std },
    });
  });

  it('is none where the publisher states none', () => {
    const { resize: _, ...silent } = stated;
    expect(presetOfWeights({ name: 'x', dialect: 'timm', preprocessing: silent })).toBeUndefined();
    expect(presetOfWeights({ name: 'keras/x', dialect: 'keras', preprocessing: stated })).toBeUndefined();
    expect(presetOfWeights({ name: 'convzoo/x', dialect: 'torchvision', preprocessing: stated })).toBeUndefined();
  });
});

it('labels are known for CIFAR-10 and ImageNet, and numbers else', async () => {
  expect((await labelsFor(10, 32))[3]).toBe('cat');
  expect((await labelsFor(10, 224))[3]).toBe('class 3');
  expect((await labelsFor(1000, 224))[281]).toMatch(/tabby/);
  expect(await labelsFor(2, 8)).toEqual(['class 0', 'class 1']);
});
