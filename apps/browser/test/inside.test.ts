import { diagramOf } from '@convzoo/diagram';
import { Builder } from '@convzoo/layers';
import { presets } from '@convzoo/preprocessing';
import { buildModel, modelNames } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { parseSource } from '../src/compute/networks/source.js';
import { boxOf, neighbour, workOf } from '../src/pages/inside/architecture/boxes.js';
import { readableZoom, wholeZoom } from '../src/pages/inside/architecture/zoom.js';
import { sheetPixels } from '../src/pages/inside/layer/sheet.js';
import { fieldOf, onPicture, parseUnit, sameUnit, shareOutside, unitAt } from '../src/pages/inside/picture/place.js';
import { insideSource } from '../src/pages/inside/source.js';
import { factsOf } from '../src/pages/inside/worker/facts.js';
import { layerResult } from '../src/pages/inside/worker/maps.js';
import { pictureOf } from '../src/pages/inside/worker/picture.js';

const facts = (name: string) =>
  factsOf({ name, graph: buildModel(name), preset: presets['imagenet-torch'], model: name });

describe('what a text of the address means', () => {
  it('is an architecture by its name, or a network with weights', () => {
    const means = (text: string) => insideSource(text, parseSource);
    expect(means('resnet50')).toEqual({ kind: 'zoo', name: 'resnet50' });
    expect(means('mobilenet_v2@0.5,160')).toEqual({ kind: 'zoo', name: 'mobilenet_v2@0.5,160' });
    expect(means('')).toEqual({ kind: 'embedded' });
    expect(means('embedded')).toEqual({ kind: 'embedded' });
    expect(means('timm/resnet18.a1_in1k')).toEqual({ kind: 'catalogue', name: 'timm/resnet18.a1_in1k' });
    expect(means('file:mine.pth')).toBeUndefined();
  });

  it('is never anything else for a network of the zoo', () => {
    for (const name of modelNames) expect(insideSource(name, () => undefined)).toEqual({ kind: 'zoo', name });
  });
});

describe('facts of layers', () => {
  it('add up to the network', () => {
    const { layers, params, macs, weighted } = facts('resnet50');
    expect(params).toBe(25_557_032);
    expect(layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
    expect(layers.reduce((sum, layer) => sum + (layer.macs ?? 0), 0)).toBe(macs);
    // Those that the name counts, and the four projections of shortcuts.
    expect(weighted).toBe(50 + 4);
  });

  it('say how a window slides, what it sees, and where Grad-CAM is read', () => {
    const { layers, usualLayer, taps } = facts('resnet50');
    const first = layers.find(({ path }) => path === 'conv1');
    expect(first).toMatchObject({
      kind: 'conv 7x7',
      shape: [112, 112, 64],
      kernel: [7, 7, 3, 64],
      window: { size: [7, 7], strides: [2, 2], padding: [3, 3, 3, 3], groups: 1 },
      field: { height: { size: 7, stride: 2, start: -3 } },
      map: true,
    });
    expect(layers.find(({ path }) => path === 'fc')).toMatchObject({ map: false, kernel: undefined });
    expect(usualLayer).toBe(taps['layer4']);
  });

  it('are there for a network without any map', () => {
    const nn = new Builder('dense');
    const graph = nn.graph(nn.dense(nn.flatten(nn.input([4, 4, 3])), { name: 'fc', units: 2 }));
    const { usualLayer, layers } = factsOf({ name: 'dense', graph, preset: presets.cifar10, model: undefined });
    expect(usualLayer).toBeUndefined();
    expect(layers.at(-1)?.params).toBe(4 * 4 * 3 * 2 + 2);
  });
});

describe('the picture', () => {
  it.each(['resnet50', 'vgg16', 'densenet121', 'googlenet', 'efficientnet_b0'])(
    'of %s has every layer in one box',
    (name) => {
      const graph = buildModel(name);
      const picture = pictureOf(graph, []);
      const members = picture.boxes.flatMap((box) => box.members);
      expect(new Set(members).size).toBe(members.length);
      for (const box of picture.boxes) {
        expect(box.members).toContain(box.result);
        expect(boxOf(picture, box.result)).toBe(box);
        expect(box.x + box.width / 2).toBeLessThanOrEqual(picture.width);
        expect(box.y + box.height / 2).toBeLessThanOrEqual(picture.height);
      }
      const layers = new Map(facts(name).layers.map((layer) => [layer.path, layer]));
      const total = picture.boxes.reduce((sum, box) => sum + workOf(box, layers), 0);
      expect(total).toBe(facts(name).macs);
      expect(picture.boxes).toHaveLength(diagramOf(graph).nodes.length);
    },
  );

  it('gives what the first copy of a box gives', () => {
    const picture = pictureOf(buildModel('resnet50'), []);
    expect(boxOf(picture, 'layer3.3.conv2')?.result).toMatch(/^layer3\.1\.relu/);
    const open = pictureOf(buildModel('resnet50'), ['layer3.1.conv1']);
    expect(boxOf(open, 'layer3.3.conv2')?.result).toMatch(/^layer3\.3\.relu/);
  });

  it('is gone through in order, and to the branches beside', () => {
    const { boxes } = pictureOf(buildModel('resnet50'), []);
    const [first] = boxes;
    if (first === undefined) throw new Error('no boxes');
    expect(neighbour(boxes, first, 'down')).toBe(boxes[1]);
    expect(neighbour(boxes, first, 'up')).toBeUndefined();
    expect(neighbour(boxes, first, 'left')).toBeUndefined();
    expect(neighbour(boxes, first, 'last')).toBe(boxes.at(-1));
    const projection = boxes.find(({ members }) => members.includes('layer1.0.downsample.0'));
    if (projection === undefined) throw new Error('no projection');
    const beside = ['left', 'right'] as const;
    const [other] = beside.flatMap((side) => neighbour(boxes, projection, side) ?? []);
    expect(other?.members.some((path) => /^layer1\.0\.(conv|bn|relu)/.test(path))).toBe(true);
  });

  it('is readable at first, and whole where it is asked for', () => {
    expect(readableZoom({ width: 300, height: 4000 }, { width: 330, height: 500 })).toBeCloseTo(1.1);
    expect(readableZoom({ width: 2000, height: 4000 }, { width: 330, height: 500 })).toBe(0.5);
    expect(wholeZoom({ width: 300, height: 2000 }, { width: 330, height: 500 })).toBe(0.25);
  });
});

describe('a unit', () => {
  const field = { height: { size: 7, stride: 2, start: -3 }, width: { size: 7, stride: 2, start: -3 } };
  const seen = { height: 100, width: 200, view: { top: 10, left: 50, height: 64, width: 64 } };

  it('is read from the address, within the map', () => {
    expect(parseUnit('3,4', [8, 8, 2])).toEqual({ row: 3, column: 4 });
    expect(parseUnit('99,-4', [8, 8, 2])).toEqual({ row: 7, column: 0 });
    expect(parseUnit('', [7, 9, 2])).toEqual({ row: 3, column: 4 });
    expect(parseUnit('x', [7, 9, 2])).toEqual({ row: 3, column: 4 });
  });

  it('sees pixels of the input, which lie on the picture where resize and crop left them', () => {
    const input = fieldOf(field, { row: 0, column: 5 });
    expect(input).toEqual({ x: 7, y: -3, width: 7, height: 7 });
    // Two pixels of the picture for each of the input.
    expect(onPicture(input, [32, 32, 3], seen)).toEqual({ x: 64, y: 4, width: 14, height: 14 });
    expect(shareOutside(input, [32, 32, 3])).toBeCloseTo(3 / 7);
    expect(shareOutside({ x: 0, y: 0, width: 32, height: 32 }, [32, 32, 3])).toBe(0);
  });

  it('is found by a point of its field', () => {
    for (const unit of [
      { row: 0, column: 0 },
      { row: 9, column: 4 },
      { row: 15, column: 15 },
    ]) {
      const { x, y, width, height } = onPicture(fieldOf(field, unit), [32, 32, 3], seen);
      const centre = { x: x + width / 2, y: y + height / 2 };
      expect(unitAt(centre, field, { input: [32, 32, 3], map: [16, 16, 8], seen })).toEqual(unit);
    }
  });

  it('stays where it is on a map of another size', () => {
    expect(sameUnit({ row: 8, column: 15 }, [16, 16], [8, 8])).toEqual({ row: 4, column: 7 });
    expect(sameUnit({ row: 4, column: 0 }, [8, 8], [16, 16])).toEqual({ row: 9, column: 1 });
  });
});

describe('results of a layer', () => {
  it('are the strongest channels of a map, or the largest numbers', () => {
    const map = { shape: [1, 1, 2, 3], data: new Float32Array([1, 5, 0, 3, 5, 0]), dtype: 'float32' as const };
    const maps = layerResult(map, 2);
    if (maps.kind !== 'maps') throw new Error('no maps');
    expect(maps.maps).toMatchObject({ height: 1, width: 2, all: 3 });
    expect(maps.maps.channels.map(({ channel, mean }) => [channel, mean])).toEqual([
      [1, 5],
      [0, 2],
    ]);
    const vector = layerResult({ shape: [1, 3], data: new Float32Array([1, 5, 2]), dtype: 'float32' }, 2);
    expect(vector).toMatchObject({
      kind: 'vector',
      all: 3,
      largest: [{ index: 1, value: 5 }, { index: 2 }, { index: 0 }],
    });
  });
});

describe('a sheet of kernels', () => {
  it('has each at its place, a pixel apart', () => {
    const dot = (level: number) => ({ height: 1, width: 1, data: new Uint8Array([level, level, level]) });
    const { width, height, data } = sheetPixels([dot(10), dot(20), dot(30)], 2);
    expect([width, height]).toEqual([5, 5]);
    const at = (x: number, y: number) => data[(y * width + x) * 3];
    expect([at(1, 1), at(3, 1), at(1, 3)]).toEqual([10, 20, 30]);
    expect(at(3, 3)).toBe(at(0, 0));
  });
});
