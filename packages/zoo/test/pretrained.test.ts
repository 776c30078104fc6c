import { readFileSync } from 'node:fs';
import { outputOf } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { buildModel, resolveModel } from '../src/index.js';
import { findPretrained, nearestPretrained, pretrainedFor, pretrainedWeights } from '../src/pretrained/index.js';
import { countParams } from './reference.js';

interface Row {
  readonly name: string;
  readonly variant: string;
  readonly source: string;
  readonly input: readonly number[];
  readonly params: number | null;
  readonly top1: number | null;
  readonly top5: number | null;
  readonly preprocessing: {
    readonly resize_size?: number;
    readonly crop_size?: number;
    readonly interpolation?: string;
  };
  readonly checkpoint?: {
    readonly url: string;
    readonly sha256_prefix: string;
    readonly file_size_mib: number;
    readonly is_default: boolean;
  };
  readonly default_cfg?: { readonly license?: string; readonly hf_hub_id?: string };
}
const published: readonly Row[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/reference/published.json', import.meta.url), 'utf8'),
);
const all = pretrainedWeights();

describe('every entry', () => {
  it('has a name of its own, whatever the case', () => {
    expect(new Set(all.map(({ name }) => name.toLowerCase())).size).toBe(all.length);
    expect(new Set(all.map(({ location }) => location)).size).toBe(all.length);
  });

  it.each(all)('$name is whole', (entry) => {
    const { name, location, checksum, top1, top5, preprocessing, input } = entry;
    expect(name).toMatch(/^(convzoo|torchvision|timm|keras)\/[\w.@,-]+$/);
    expect(location).toMatch(
      { pytorch: /^https:.*\.pth$/, safetensors: /^(hf|npm):.*\.safetensors$/, 'keras-h5': /^https:.*\.h5$/ }[
        entry.format
      ],
    );
    if (checksum !== undefined) {
      const digits = checksum.digest.length;
      expect(checksum.digest).toMatch(/^[0-9a-f]+$/);
      if (entry.format === 'pytorch') expect(location).toContain(`-${checksum.digest}.pth`);
      else expect(digits).toBe({ sha256: 64, md5: 32 }[checksum.algorithm]);
    }
    if (top1 !== undefined) {
      expect(top1).toBeGreaterThan(30);
      expect(top1).toBeLessThan(top5 ?? 100);
    }
    expect(entry.licence ?? 'none').not.toBe('');
    expect(entry.source).toMatch(/, .*\d|trained by this project/);
    expect(preprocessing.crop).toBe(input[0]);
    expect(preprocessing.resize ?? preprocessing.crop).toBeGreaterThanOrEqual(preprocessing.crop);
    expect(findPretrained(name)).toBe(entry);
  });

  it('is of a network of the zoo, with its input, outputs and parameters', () => {
    const counted = new Map<string, readonly [classes: number, params: number]>();
    for (const { name, model, dialect, classes, params, input, preprocessing } of all) {
      const { options, preset } = resolveModel(model, { dialect });
      expect(options.input ?? resolveModel(model).entry.input, name).toSatisfy(
        (size: unknown) => size === input[0] || String(size) === String(input),
      );
      // timm's own mean may be another than the network's usual one.
      if (dialect !== 'timm') expect(preprocessing.preset, name).toBe(preset);
      const key = [model.replace(/@\d\d+$/, ''), dialect, classes].join(' ');
      if (!counted.has(key)) {
        // torchvision counts the auxiliary classifier of Inception v3, not those of GoogLeNet.
        const aux = name.startsWith('torchvision/inception_v3');
        const graph = buildModel(model, { dialect, classes, ...(aux && { aux }) });
        counted.set(key, [outputOf(graph).shape[0] ?? 0, countParams(graph)]);
      }
      expect(counted.get(key), name).toEqual([classes, params]);
    }
  });

  it('has a checksum, but for those whose publishers state none', () => {
    const without = all.filter(({ checksum }) => checksum === undefined);
    expect(without.filter(({ name }) => !/^timm\/|^keras\/MobileNet(V2)?(@|$)/.test(name))).toEqual([]);
  });
});

describe('the published tables', () => {
  const rowsOf = (source: string) => published.filter((row) => row.source === source);

  it('of torchvision: address, checksum, size, accuracy, preprocessing, parameters', () => {
    // Its quantised files are of int8 layers, and one file (VGG-16 for SSD) has no classifier: no networks of the zoo.
    const rows = rowsOf('torchvision').filter(
      ({ checkpoint, top1 }) => checkpoint?.url.includes('/quantized/') === false && top1 !== null,
    );
    for (const row of rows) {
      const entry = findPretrained(`torchvision/${row.name}.${row.variant}`);
      expect(entry, row.name).toMatchObject({
        location: row.checkpoint?.url,
        checksum: {
          algorithm: 'sha256',
          digest: expect.stringMatching(new RegExp(`^${row.checkpoint?.sha256_prefix}`)),
        },
        mebibytes: row.checkpoint?.file_size_mib,
        isDefault: row.checkpoint?.is_default,
        top1: row.top1,
        top5: row.top5,
        params: row.params,
        preprocessing: {
          resize: row.preprocessing.resize_size,
          crop: row.preprocessing.crop_size,
          interpolation: row.preprocessing.interpolation,
        },
      });
    }
    expect(rows.length).toBe(40);
  });

  it('of timm: repository, licence, accuracy at one of the sizes it is stated for', () => {
    const names = new Set(
      rowsOf('timm')
        .filter(({ top1 }) => top1 !== null)
        .map(({ variant }) => variant),
    );
    for (const variant of names) {
      const rows = rowsOf('timm').filter((row) => row.variant === variant);
      const entry = findPretrained(`timm/${variant}`);
      expect(
        rows.map(({ top1 }) => top1),
        variant,
      ).toContain(entry?.top1);
      const row = rows.find(({ top1 }) => top1 === entry?.top1);
      expect(entry?.top5).toBe(row?.top5);
      expect(entry?.measuredAt ?? entry?.input[0]).toBe(row?.input[1]);
      expect(entry?.location).toBe(`hf://${row?.default_cfg?.hf_hub_id}/model.safetensors`);
      expect(entry?.licence?.toLowerCase()).toBe(row?.default_cfg?.license);
    }
    expect(names.size).toBeGreaterThan(80);
  });

  it('of Keras: accuracy', () => {
    for (const row of rowsOf('keras')) {
      expect(findPretrained(`keras/${row.name}`), row.name).toMatchObject({ top1: row.top1, top5: row.top5 });
    }
  });

  it('of our own card: checksum, size, accuracy', () => {
    const card = JSON.parse(
      readFileSync(new URL('../../pretrained-resnet20-cifar10/card.json', import.meta.url), 'utf8'),
    );
    expect(findPretrained('convzoo/resnet20-cifar10')).toMatchObject({
      checksum: { algorithm: 'sha256', digest: card.weights.sha256 },
      bytes: card.weights.bytes,
      top1: 100 * card.accuracy.top1,
    });
  });
});

describe('findPretrained', () => {
  it.each([
    ['resnet50', 'torchvision/resnet50.imagenet1k_v2'],
    ['torchvision/resnet50', 'torchvision/resnet50.imagenet1k_v2'],
    ['resnet50.IMAGENET1K_V1', 'torchvision/resnet50.imagenet1k_v1'],
    ['timm/resnet50', 'timm/resnet50.a1_in1k'],
    ['resnet50.a1_in1k', 'timm/resnet50.a1_in1k'],
    ['keras/resnet50', 'keras/ResNet50'],
    ['ResNet50', 'keras/ResNet50'],
    ['mobilenet_v2', 'torchvision/mobilenet_v2.imagenet1k_v2'],
    ['keras/mobilenet_v2', 'keras/MobileNetV2'],
    ['keras/mobilenet_v2@0.5,160', 'keras/MobileNetV2@0.5,160'],
    ['mobilenetv2_050', 'timm/mobilenetv2_050.lamb_in1k'],
    ['resnet20-cifar10', 'convzoo/resnet20-cifar10'],
  ])('%s is %s', (name, expected) => {
    expect(findPretrained(name)?.name).toBe(expected);
  });

  it.each(['resnet50.nothing', 'nothing', '', 'vgg16_c', 'timm/resnet50.imagenet1k_v1'])('%s is nothing', (name) => {
    expect(findPretrained(name)).toBeUndefined();
  });

  it('suggests names that are alike', () => {
    expect(nearestPretrained('resnet50.a1_in1')).toContain('resnet50.a1_in1k');
  });
});

describe('pretrainedFor', () => {
  it('gives all of a network, the default of its framework first', () => {
    const names = pretrainedFor('resnet50').map(({ name }) => name);
    expect(names[0]).toBe('torchvision/resnet50.imagenet1k_v2');
    expect(names).toContain('torchvision/resnet50.imagenet1k_v1');
    expect(names).toContain('timm/resnet50.a1_in1k');
    expect(names).toContain('keras/ResNet50');
  });

  it('is narrowed by framework, width and resolution', () => {
    expect(pretrainedFor('keras/mobilenet_v1@0.5,160').map(({ name }) => name)).toEqual(['keras/MobileNet@0.5,160']);
    expect(pretrainedFor('timm/resnet50').every(({ dialect }) => dialect === 'timm')).toBe(true);
    expect(pretrainedFor('plain18')).toEqual([]);
  });
});
