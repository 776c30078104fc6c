import { presetFor, presetOfWeights, presets } from '@convzoo/preprocessing';
import { findPretrained } from '@convzoo/zoo/pretrained';
import { describe, expect, it } from 'vitest';
import { parseSource, sourceText } from '../src/compute/networks/source.js';
import { sortFiles } from '../src/pages/classify/sort-files.js';

describe('where networks come from', () => {
  it('is one text each', () => {
    expect(sourceText({ kind: 'embedded' })).toBe('embedded');
    expect(parseSource('embedded')).toEqual({ kind: 'embedded' });
    expect(parseSource('timm/resnet18.a1_in1k')).toEqual({ kind: 'catalogue', name: 'timm/resnet18.a1_in1k' });
    expect(parseSource('file:mine.pth')).toBeUndefined();
    const parts = [new File(['x'], 'group1-shard1of1.bin'), new File(['{}'], 'model.json')];
    expect(sourceText({ kind: 'files', files: parts })).toBe('file:model.json');
  });
});

describe('what was dropped', () => {
  it('is a picture and weights', () => {
    const picture = new File(['x'], 'photo.JPG');
    const typed = new File(['x'], 'pasted', { type: 'image/png' });
    const weights = new File(['x'], 'net.safetensors');
    expect(sortFiles([weights, picture])).toEqual({ picture, weights: [weights] });
    expect(sortFiles([typed]).picture).toBe(typed);
    expect(sortFiles([]).picture).toBeUndefined();
  });
});

describe('preprocessing', () => {
  it('of the embedded network is that of its catalogue entry', () => {
    const entry = findPretrained('convzoo/resnet20-cifar10');
    if (entry === undefined) throw new Error('the catalogue has no network of ours');
    expect(entry).toMatchObject({ model: 'resnet20-cifar10', top1: 87.38, preprocessing: { preset: 'cifar10' } });
    expect(presetOfWeights(entry)).toBeUndefined();
  });

  it('keeps its share of the picture at another size', () => {
    expect(presetFor('imagenet-torch', [224, 224, 3])).toBe(presets['imagenet-torch']);
    expect(presetFor('imagenet-torch', [160, 160, 3])).toMatchObject({ crop: { height: 160 }, resize: { size: 182 } });
  });
});
