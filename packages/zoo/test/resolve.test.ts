import { ConvzooError } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliases, buildModel, modelNames, nearestNames, parseModelSpec, resolveModel } from '../src/index.js';
import { editDistance } from '../src/nearest.js';

const errorOf = (run: () => unknown): ConvzooError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ConvzooError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
};

describe('resolveModel', () => {
  it.each([
    ['resnet50', 'resnet50', 'torchvision', 'imagenet-torch', {}],
    ['ResNet50', 'resnet50', 'keras', 'imagenet-caffe', {}],
    ['keras/resnet50', 'resnet50', 'keras', 'imagenet-caffe', {}],
    ['keras/ResNet50', 'resnet50', 'keras', 'imagenet-caffe', {}],
    ['timm/resnet50', 'resnet50', 'timm', 'imagenet-torch', {}],
    ['resnet50.a1_in1k', 'resnet50', 'timm', 'imagenet-torch', {}],
    ['MobileNet', 'mobilenet_v1', 'keras', 'imagenet-tf-inception', {}],
    ['mobilenetv1_100', 'mobilenet_v1', 'timm', 'imagenet-tf-inception', {}],
    ['mobilenetv1_125', 'mobilenet_v1', 'timm', 'imagenet-tf-inception', { width: 1.25 }],
    ['mobilenetv2_050', 'mobilenet_v2', 'timm', 'imagenet-torch', { width: 0.5 }],
    ['MobileNetV2@0.35,96', 'mobilenet_v2', 'keras', 'imagenet-tf-inception', { width: 0.35, input: 96 }],
    ['mobilenet_v2@0.5,160', 'mobilenet_v2', 'torchvision', 'imagenet-torch', { width: 0.5, input: 160 }],
    ['VGG19', 'vgg19', 'keras', 'imagenet-caffe', {}],
    ['resnet20_cifar10', 'resnet20-cifar10', 'torchvision', 'cifar10', {}],
    ['resnet20-cifar10', 'resnet20-cifar10', 'torchvision', 'cifar10', {}],
    ['resnet8_cifar10', 'resnet8-cifar10', 'keras', 'cifar10-raw', {}],
    ['wide-resnet50-2', 'wide_resnet50_2', 'torchvision', 'imagenet-torch', {}],
  ])('%s is %s of %s', (spec, name, dialect, preset, options) => {
    expect(resolveModel(spec)).toMatchObject({ name, dialect, preset, options });
  });

  it('lets options win over the name', () => {
    const { dialect, options } = resolveModel('MobileNetV2@0.35,96', { width: 1, input: [64, 80, 3], dialect: 'timm' });
    expect(dialect).toBe('timm');
    expect(options).toEqual({ width: 1, input: [64, 80, 3], dialect: 'timm', classes: undefined });
  });

  it.each([
    ['resnet51', ['resnet50']],
    ['restnet50', ['resnet50']],
    ['Vgg-16', ['vgg16']],
    ['mobilenet', ['mobilenet_v1', 'mobilenet_v2']],
    ['resnet-20-cifar', ['resnet20-cifar10']],
    ['timm/mobilenetv2_10', ['mobilenetv2_100']],
    ['toString', []],
    ['__proto__', []],
    ['', []],
  ])('refuses %j and says what is near', (name, near) => {
    const error = errorOf(() => resolveModel(name));
    expect(error.code).toBe('unknown-model');
    expect(error.message).toContain(JSON.stringify(name));
    for (const hint of near) expect(error.message).toContain(hint);
    if (near.length === 0)
      expect(error.message).toMatch(/There are \d+; the first of each family: vgg11, resnet18, .*, darknet53\.$/);
  });

  it('refuses what an entry does not have', () => {
    expect(errorOf(() => buildModel('resnet18', { dialect: 'keras' })).message).toBe(
      'Option dialect is "keras", but resnet18 exists in torchvision, timm.',
    );
    expect(errorOf(() => buildModel('vgg16@0.5')).message).toContain('vgg16 has no width multiplier');
    expect(errorOf(() => buildModel('mobilenet_v1', { dialect: 'torchvision' })).code).toBe('bad-option');
    expect(errorOf(() => buildModel('mobilenet_v1', { width: 0 })).message).toContain('above 0');
    expect(errorOf(() => buildModel('mobilenet_v2', { width: Number.NaN })).code).toBe('bad-option');
    expect(errorOf(() => buildModel('resnet18', { classes: 2.5 })).message).toContain('whole number');
  });

  it('answers a name of any length soon', () => {
    expect(errorOf(() => resolveModel('r'.repeat(1_000_000))).code).toBe('unknown-model');
  });
});

describe('aliases', () => {
  it.each(Object.keys(aliases))('%s builds', (name) => {
    expect(buildModel(name).nodes.length).toBeGreaterThan(20);
    expect(modelNames).not.toContain(name);
  });
});

describe('parseModelSpec', () => {
  it.each([
    ['vgg16', { name: 'vgg16' }],
    ['vgg16@160', { name: 'vgg16', input: 160 }],
    ['mobilenet_v1@0.25', { name: 'mobilenet_v1', width: 0.25 }],
    ['mobilenet_v1@0.25,128', { name: 'mobilenet_v1', width: 0.25, input: 128 }],
    ['mobilenet_v1@1.4,97x131', { name: 'mobilenet_v1', width: 1.4, input: [97, 131, 3] }],
  ])('%s', (spec, expected) => expect(parseModelSpec(spec)).toEqual(expected));

  it.each(['a@', 'a@0', 'a@-1', 'a@x', 'a@0.5,', 'a@0.5,0.5', 'a@160,160', 'a@160,0.5', 'a@1e3', 'a@160.5', 'a@12x'])(
    'refuses %s',
    (spec) => expect(errorOf(() => parseModelSpec(spec)).code).toBe('bad-option'),
  );

  it('reads what it would write', () => {
    const width = fc.integer({ min: 1, max: 1599 }).map((hundredths) => hundredths / 100);
    fc.assert(
      fc.property(width, fc.integer({ min: 16, max: 4096 }), (w, resolution) => {
        expect(parseModelSpec(`n@${w},${resolution}`)).toEqual({ name: 'n', width: w, input: resolution });
      }),
    );
  });
});

describe('nearestNames', () => {
  it('measures edits', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });

  it('gives every name first for itself', () => {
    for (const name of modelNames) expect(nearestNames(name, modelNames)[0]).toBe(name);
  });
});
