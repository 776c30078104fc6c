import { modelNames } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { conventionRows } from '../src/pages/compare/convention-rows.js';
import { countNetwork } from '../src/pages/compare/count.js';
import { csvOf, networksCsv } from '../src/pages/compare/csv.js';
import { familiesOf, shownRows } from '../src/pages/compare/families.js';
import { sidesOf } from '../src/pages/compare/input-sides.js';
import { layerRows } from '../src/pages/compare/layer-rows.js';
import { modelText } from '../src/pages/compare/network-row.js';
import { nearest, pointsOf, stepFrom } from '../src/pages/compare/points.js';
import { leastInput, publishedSizes } from '../src/pages/compare/published-sizes.js';
import { fileName } from '../src/pages/compare/save.js';
import { formatSort, parseSort, sortColumns, sortRows } from '../src/pages/compare/sort.js';

const count = (model: string) => countNetwork(model, 'convzoo');

describe('counting a network', () => {
  it('finds its accuracy, and the weights that have it', () => {
    const row = count('resnet50');
    expect(row).toMatchObject({
      macs: 4_089_184_256,
      params: 25_557_032,
      width: 1,
      anyWidth: false,
      defaultInput: 224,
    });
    expect(row.accuracy?.top1).toBe(80.858);
    expect(row.weights).toBe('torchvision/resnet50.imagenet1k_v2');
  });

  it('at another size has no accuracy of its own size, but that of weights measured there', () => {
    expect(count('resnet18d@288').accuracy).toMatchObject({ top1: 73.794, source: 'timm/resnet18d.ra2_in1k' });
    expect(count('mobilenet_v2@0.75').accuracy).toBeNull();
    expect(count('resnet18d').elsewhere).toEqual([expect.objectContaining({ input: 288, top1: 73.794 })]);
  });

  it('knows the weights that come with the page', () => {
    expect(count('resnet20-cifar10').weights).toBe('embedded');
    expect(count('plain20-cifar10').weights).toBeUndefined();
  });

  it('refuses what there is not', () => {
    expect(() => count('resnet51')).toThrow(expect.objectContaining({ code: 'unknown-model' }) as Error);
    expect(() => count('resnet50@0.5')).toThrow(expect.objectContaining({ code: 'bad-option' }) as Error);
  });
});

describe('published sizes', () => {
  const sizes = publishedSizes('mobilenet_v1');
  const at = (width: number, input: number) =>
    sizes.filter((each) => each.width === width && each.input === input).map(({ top1 }) => top1);

  it('are those of TF-slim and the paper', () => {
    expect(at(0.5, 160)[0]).toBe(59.1);
    expect(at(0.25, 128)).toContain(41.5);
    expect(at(1, 224)).toContain(75.388);
  });

  it('leave out relatives of the same name: full convolutions and the shallow network', () => {
    expect(at(1, 224)).not.toContain(71.7);
    expect(at(1, 224)).not.toContain(65.3);
  });

  it('are none for networks that are not for ImageNet', () => {
    expect(publishedSizes('resnet20-cifar10')).toEqual([]);
  });
});

describe('sizes of the input', () => {
  it('have the own size of every network among them, and a least that can be built', () => {
    for (const model of modelNames) {
      const { defaultInput } = count(model);
      const { min, max } = sidesOf(defaultInput);
      expect((defaultInput - min) % 8, model).toBe(0);
      expect((max - min) % 8, model).toBe(0);
      const least = leastInput(model);
      expect(least, model).toBeLessThanOrEqual(defaultInput);
      expect(count(modelText({ name: model, defaultInput }, 1, least)).macs, model).toBeGreaterThan(0);
    }
    expect(leastInput('inception_v3')).toBe(75);
  });

  it('are told in the text of a network where they are not its own', () => {
    const network = { name: 'mobilenet_v2', defaultInput: 224 };
    expect(modelText(network, 1, 224)).toBe('mobilenet_v2');
    expect(modelText(network, 0.5, 224)).toBe('mobilenet_v2@0.5');
    expect(modelText(network, 1, 160)).toBe('mobilenet_v2@160');
    expect(modelText(network, 0.75, 96)).toBe('mobilenet_v2@0.75,96');
  });
});

describe('layers', () => {
  it.each(['layer', 'block', 'stage', 'kind'] as const)('by %s add up to the network', (by) => {
    const { macs, params } = count('mobilenet_v2');
    const rows = layerRows('mobilenet_v2', 'convzoo', by);
    expect(rows.reduce((sum, row) => sum + row.macs, 0)).toBe(macs);
    expect(rows.reduce((sum, row) => sum + row.params, 0)).toBe(params);
    expect(new Set(rows.map(({ path }) => path)).size).toBe(rows.length);
  });
});

describe('conventions', () => {
  it('differ from our own count by exactly what they say', () => {
    const [own, ...others] = conventionRows('mobilenet_v2');
    expect(own).toMatchObject({ name: 'convzoo', terms: [] });
    for (const { name, macs, params, terms } of others) {
      const sum = terms.reduce((total, { value }) => total + value, 0);
      expect(macs + params - own!.macs - own!.params, name).toBe(sum);
    }
    expect(others.some(({ terms }) => terms.length > 0)).toBe(true);
  });
});

describe('points', () => {
  const points = pointsOf(['mobilenet_v2', 'resnet50', 'vgg16', 'plain18'].map(count));

  it('are networks with an accuracy', () => {
    expect(points.map(({ model }) => model)).toEqual(['mobilenet_v2', 'resnet50', 'vgg16']);
  });

  it('are gone through by cost and by accuracy', () => {
    const step = (from: string | undefined, key: string) => stepFrom(points, 'macs', from, key)?.model;
    expect(step(undefined, 'ArrowLeft')).toBe('mobilenet_v2');
    expect(step('mobilenet_v2', 'ArrowRight')).toBe('resnet50');
    expect(step('vgg16', 'ArrowRight')).toBe('vgg16');
    expect(step('vgg16', 'ArrowUp')).toBe('mobilenet_v2');
    expect(step('resnet50', 'ArrowUp')).toBe('resnet50');
    expect(step('resnet50', 'End')).toBe('vgg16');
    expect(step('resnet50', 'Tab')).toBeUndefined();
    expect(stepFrom([], 'macs', undefined, 'Home')).toBeUndefined();
  });

  it('are what the pointer means when it is near', () => {
    const placed = points.map((point, i) => ({ point, x: 10 * i, y: 0 }));
    expect(nearest(placed, 14, 3)?.point.model).toBe('resnet50');
    expect(nearest(placed, 60, 0)).toBeUndefined();
  });
});

describe('tables', () => {
  const rows = ['vgg16', 'plain18', 'mobilenet_v2', 'resnet50'].map(count);
  const names = (sorted: readonly { readonly model: string }[]) => sorted.map(({ model }) => model);

  it('sort by any column, with unknown accuracies last', () => {
    expect(names(sortRows(rows, { by: 'macs', down: false }))[0]).toBe('mobilenet_v2');
    expect(names(sortRows(rows, { by: 'top1', down: true }))).toEqual(['resnet50', 'mobilenet_v2', 'vgg16', 'plain18']);
    expect(names(sortRows(rows, { by: 'top1', down: false })).at(-1)).toBe('plain18');
    for (const by of sortColumns)
      expect(names(sortRows(rows, { by, down: true })).toSorted()).toEqual(names(rows).toSorted());
  });

  it('have their order in the address', () => {
    for (const by of sortColumns) {
      for (const down of [true, false]) expect(parseSort(formatSort({ by, down }))).toEqual({ by, down });
    }
    expect(parseSort('')).toBeUndefined();
    expect(parseSort('-size')).toBeUndefined();
  });

  it('are filtered by family', () => {
    expect(names(shownRows(rows, ['vgg', 'mobilenet-v2']))).toEqual(['vgg16', 'mobilenet_v2']);
    expect(shownRows(rows, [])).toBe(rows);
    expect(familiesOf(rows)).toEqual([
      { name: 'vgg', count: 1 },
      { name: 'resnet', count: 1 },
      { name: 'mobilenet-v2', count: 1 },
    ]);
  });
});

describe('files', () => {
  it('quote what CSV needs quoted', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x,y', 'say "hi"'],
          [1, undefined],
        ],
      ),
    ).toBe('a,b\n"x,y","say ""hi"""\n1,\n');
  });

  it('mark the front by the cost that is shown', () => {
    const rows = ['mobilenet_v2', 'resnet50', 'vgg16', 'plain18'].map(count);
    const front = networksCsv(rows, 'params')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').at(-1));
    expect(front).toEqual(['yes', 'yes', 'no', 'no']);
  });

  it('have names that every file system takes', () => {
    expect(fileName(['layers', 'mobilenet_v2@0.5,160'], 'svg')).toBe('convzoo-layers-mobilenet_v2-0.5-160.svg');
    expect(fileName(['layers', '../x'], 'csv')).toBe('convzoo-layers-..-x.csv');
  });
});
