/**
 * The layer-by-layer tables of fixtures/reference/layer-tables.json, and published receptive fields, against what
 * cost-analysis counts on the zoo's networks.
 */
import { readFileSync } from 'node:fs';
import { analyse, type CostReport, groupBy, receptiveFields } from '@convzoo/cost-analysis';
import { formatTable } from '@convzoo/cost-analysis/format';
import { networkOf, type PublishedRow, publishedRows } from '@convzoo/cost-analysis/published';
import { Builder, type Graph } from '@convzoo/layers';
import { buildModel, type ModelName, mobilenetV1 } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';

type Cell = string | number;
interface Table {
  readonly rows: readonly (readonly [string, ...Cell[]])[];
}

const file = new URL('../fixtures/reference/layer-tables.json', import.meta.url);
const tables: Readonly<Record<string, Table>> = JSON.parse(readFileSync(file, 'utf8'));

function rowsOf(name: string, count: number): Table['rows'] {
  const rows = tables[name]?.rows ?? [];
  expect(rows).toHaveLength(count);
  return rows;
}

/** Rounds as a table with that many decimals does. */
const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));

describe('VGG-16, layer by layer (cs231n)', () => {
  it('has the outputs and the weights of all 22 rows', () => {
    const rows = rowsOf('vgg16_cs231n', 22);
    const drawn = new Set(['input', 'conv2d', 'maxPool', 'dense']);
    // The page counts weights without biases.
    const layers = analyse(buildModel('vgg16'), { convention: 'tf-slim' }).rows.filter(({ op }) => drawn.has(op));
    const elements = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
    expect(layers.map(({ shape, params }) => [elements(shape), params])).toEqual(rows.map(([, ...cells]) => cells));
  });

  it('explains the total that the page prints: 24M values, where its own rows sum to 15.2M', () => {
    const rows = rowsOf('vgg16_cs231n', 22);
    expect(rows.reduce((sum, [, elements]) => sum + Number(elements), 0)).toBe(15_237_608);
  });
});

describe('MobileNet V1', () => {
  it('table 2: shares of mult-adds and weights by kind', () => {
    const report = analyse(buildModel('mobilenet_v1'), { convention: 'tf-slim' });
    expect([report.total.macs, report.total.params]).toEqual([568_740_352, 4_209_088]);
    const kinds = new Map(groupBy(report, 'kind').map((group) => [group.name, group]));
    const names: Readonly<Record<string, string>> = {
      'Conv 1x1': 'conv 1x1',
      'Conv DW 3x3': 'depthwise 3x3',
      'Conv 3x3': 'conv 3x3',
      FC: 'dense',
    };
    for (const [type, multAdds, params] of rowsOf('mobilenet_v1_table2', 4)) {
      const group = kinds.get(names[type] ?? '');
      // The paper prints 1.19 for Conv 3x3: two digits of 1.91 are swapped, its column sums to 99.29.
      const printed = multAdds === 1.19 ? 1.91 : multAdds;
      expect(rounded((100 * (group?.macs ?? 0)) / report.total.macs, 2)).toBe(printed);
      expect(rounded((100 * (group?.params ?? 0)) / report.total.params, 2)).toBe(params);
    }
  });

  it('table 3: one layer of 14x14x512, full, separable, narrower and smaller', () => {
    const full = (size: number, channels: number): Graph => {
      const nn = new Builder('full');
      return nn.graph(nn.conv2d(nn.input([size, size, channels]), { out: channels, kernel: 3 }));
    };
    const separable = (size: number, channels: number): Graph => {
      const nn = new Builder('separable');
      const x = nn.depthwiseConv2d(nn.input([size, size, channels]), { kernel: 3 });
      return nn.graph(nn.conv2d(x, { out: channels, kernel: 1 }));
    };
    const graphs = [full(14, 512), separable(14, 512), separable(14, 384), separable(10, 384)];
    rowsOf('mobilenet_v1_table3', 4).forEach(([, multAdds, params], i) => {
      const { total } = analyse(graphs[i] as Graph);
      // Three digits in the paper, as many as the number has before the point in the first row.
      expect(rounded(total.macs / 1e6, Number(multAdds) > 100 ? 0 : 1)).toBe(multAdds);
      expect(rounded(total.params / 1e6, 2)).toBe(params);
    });
  });

  it('has the cost of the formula of section 3.1 in every separable block, at every width and resolution', () => {
    for (const [width, resolution] of [
      [1, 224],
      [0.75, 192],
      [0.5, 160],
      [0.25, 128],
    ] as const) {
      const report = analyse(buildModel('mobilenet_v1', { width, input: resolution }));
      const blocks = report.rows.filter(({ op, block }) => op === 'conv2d' && block.startsWith('blocks.'));
      expect(blocks).toHaveLength(26);
      for (let i = 0; i < blocks.length; i += 2) {
        const [depthwise, pointwise] = blocks.slice(i, i + 2) as [
          CostReport['rows'][number],
          CostReport['rows'][number],
        ];
        const [size = 0, , inputs = 0] = depthwise.shape;
        const outputs = pointwise.shape[2] ?? 0;
        expect(depthwise.macs).toBe(3 * 3 * inputs * size * size);
        expect(pointwise.macs).toBe(inputs * outputs * size * size);
      }
    }
  });

  it('costs 568.74 M, its twin of full convolutions 4866 M without the classifier', () => {
    const twin = analyse(mobilenetV1({ separable: false }), { convention: 'conv-only' });
    expect(Math.round(twin.total.macs / 1e6)).toBe(4866);
    expect(analyse(mobilenetV1()).total.macs).toBe(568_740_352);
  });
});

describe('MobileNet V2', () => {
  /** Channels of the widest block output at each resolution, and its size at 2 bytes a value. */
  function widest(name: ModelName): ReadonlyMap<string, { readonly channels: number; readonly bytes: number }> {
    const report = analyse(buildModel(name));
    const ends = new Map(report.rows.map((row) => [row.block, row]));
    const result = new Map<string, { channels: number; bytes: number }>();
    for (const { shape, block } of ends.values()) {
      if (block === 'input' || block === 'classifier.1' || block === 'classifier') continue;
      const [height, width, channels] = shape.length === 3 ? shape : [1, 1, shape[0]];
      const key = `${height}x${width}`;
      if ((channels ?? 0) < (result.get(key)?.channels ?? 0)) continue;
      result.set(key, { channels: channels ?? 0, bytes: 2 * (height ?? 0) * (width ?? 0) * (channels ?? 0) });
    }
    return result;
  }

  it('table 3: channels and memory of the largest maps of V1', () => {
    const v1 = widest('mobilenet_v1');
    for (const [size, cell] of rowsOf('mobilenet_v2_table3', 7).slice(0, 6)) {
      const [channels, kilobytes] = String(cell).split('/').map(Number);
      const found = v1.get(size);
      expect(found?.channels, size).toBe(channels);
      // 7 x 7 x 1024 values of 2 bytes are 100 kB; the copy of the paper that the table was read from prints 199.
      if (size !== '7x7') expect(Math.abs((found?.bytes ?? 0) / 1000 - (kilobytes ?? 0))).toBeLessThan(7);
      else expect(found?.bytes).toBe(100_352);
    }
    expect(Math.max(...[...v1.values()].map(({ bytes }) => bytes))).toBe(1_605_632);
  });

  it('table 3: of V2 the largest, the last and the first; the others are those of the stage after', () => {
    const v2 = widest('mobilenet_v2');
    const rows = new Map(rowsOf('mobilenet_v2_table3', 7).map(([size, , cell]) => [size, cell]));
    const channels = (size: string) => `${v2.get(size)?.channels}`;
    const printed = (size: string) => String(rows.get(size)).split('/')[0];
    expect(channels('112x112')).not.toBe(printed('112x112'));
    // Without the expanded stem, which is 32 wide, the block there has 16: the paper's 400 kB.
    const block = analyse(buildModel('mobilenet_v2')).rows.findLast((row) => row.block === 'features.1');
    expect(block?.shape).toEqual([112, 112, 16]);
    expect([printed('112x112'), String(rows.get('max'))]).toEqual(['16', '400K']);
    expect(2 * 112 * 112 * 16).toBe(401_408);
    // Strided blocks read 56x56 and write the next stage's channels; the paper prints those. The network has 24, 32, 96.
    expect(['56x56', '28x28', '14x14'].map((size) => [channels(size), printed(size)])).toEqual([
      ['24', '32'],
      ['32', '64'],
      ['96', '160'],
    ]);
    expect(channels('1x1')).toBe(printed('1x1'));
    const last = analyse(buildModel('mobilenet_v2')).rows.findLast((row) => row.block === 'features.17');
    expect(last?.shape).toEqual([7, 7, Number(printed('7x7'))]);
  });

  it('has the cost of the formula of section 3.3 in every block of stride 1: h w d t (d + k^2 + d2)', () => {
    const report = analyse(buildModel('mobilenet_v2'));
    const blocks = groupBy(report, 'block').filter(({ name }) => /^features\.\d+$/.test(name));
    let checked = 0;
    blocks.forEach(({ name, shape: [height = 0, width = 0, outputs = 0], macs }, i) => {
      const [inputHeight, , inputs = 0] = blocks[i - 1]?.shape ?? [];
      const expands = report.rows.filter((row) => row.block === name && row.op === 'conv2d').length === 3;
      if (!expands || inputHeight !== height) return;
      expect(macs, name).toBe(height * width * inputs * 6 * (inputs + 9 + outputs));
      checked++;
    });
    expect(checked).toBe(12);
  });
});

describe('GoogLeNet, table 1', () => {
  const row = publishedRows().find(({ name }) => name === 'GoogLeNet');
  /** With the 5x5 convolutions of the paper. Weights without biases; the paper counts in units of 1024. */
  const report = analyse(networkOf(row as PublishedRow)?.build() as Graph, { convention: 'tf-slim' });
  const module = (names: readonly string[]) => {
    const rows = report.rows.filter(({ path }) => names.some((name) => path === name || path.startsWith(`${name}.`)));
    return {
      weights: rows.reduce((sum, { params }) => sum + params, 0) / 1024,
      ops: rows.reduce((sum, { macs }) => sum + (macs ?? 0), 0) / 1e6,
    };
  };
  const modulesOf = (layer: string): readonly string[] => {
    if (layer === 'conv 7x7/2') return ['conv1'];
    if (layer.startsWith('conv 3x3')) return ['conv2', 'conv3'];
    return [layer === 'linear' ? 'fc' : `inception${layer}`];
  };
  /** Cells that no network gives; exact weights and operations in their place. */
  const wrongOps: Readonly<Record<string, number>> = { 'conv 7x7/2': 118.01, '5a': 51.08 };
  const wrongWeights: Readonly<Record<string, number>> = {
    'conv 7x7/2': 9.19,
    '3b': 379,
    '4a': 366.75,
    '4b': 438.03,
    '4c': 497.5,
    '4d': 590.5,
    '4e': 847,
    '5a': 1018,
    '5b': 1409,
  };

  it.each(rowsOf('googlenet_table1', 12))('%s: %f K weights, %f M operations', (layer, weights, ops) => {
    const name = String(layer);
    const exact = module(modulesOf(name));
    const wrong = { ops: wrongOps[name], weights: wrongWeights[name] };
    // Printed numbers are rounded or cut.
    if (wrong.ops === undefined) expect(Math.abs(exact.ops - Number(ops))).toBeLessThan(1);
    else {
      expect(exact.ops).toBeCloseTo(wrong.ops, 1);
      expect(Math.abs(exact.ops - Number(ops))).toBeGreaterThan(1);
    }
    if (wrong.weights === undefined) expect(Math.abs(exact.weights - Number(weights))).toBeLessThan(1);
    else {
      expect(exact.weights).toBeCloseTo(wrong.weights, 1);
      expect(Math.abs(exact.weights - Number(weights))).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('has a first row that fits a depthwise separable convolution of multiplier 8, not the 7x7 of 64 channels', () => {
    const nn = new Builder('stem');
    const x = nn.depthwiseConv2d(nn.input([224, 224, 3]), { kernel: 7, stride: 2, multiplier: 8 });
    const { total } = analyse(nn.graph(nn.conv2d(x, { out: 64, kernel: 1 })));
    expect([rounded(total.params / 1000, 1), Math.round(total.macs / 1e6)]).toEqual([2.7, 34]);
  });

  it('sums to 1502 M operations, and to 6.8 M parameters if its K is read as 1000', () => {
    const rows = rowsOf('googlenet_table1', 12);
    const sum = (column: 1 | 2) => rows.reduce((total, row) => total + Number(row[column]), 0);
    expect([sum(2), Math.round(10 * sum(1)) / 10]).toEqual([1502, 6797.7]);
    expect(Math.abs(1024 * sum(1) - Number(row?.params))).toBeLessThanOrEqual(row?.paramsTolerance ?? 0);
  });
});

describe('receptive fields (google-research/receptive_field, README)', () => {
  // Its networks are TF-slim's, whose ResNets pad in their own way: size and stride are theirs, the offset only where
  // the padding is the same.
  it.each([
    ['vgg16', 212, 32, 90],
    ['keras/mobilenet_v1', 315, 32, 126],
    ['resnet50_v1', 483, 32, null],
    ['resnet101_v1', 1027, 32, null],
    ['resnet152_v1', 1507, 32, null],
  ] as const)('%s sees %i pixels at stride %i', (name, size, stride, padding) => {
    const graph = buildModel(name);
    const last = graph.nodes.findLast((node) => node.shape.length === 3 && node.op !== 'adaptiveAvgPool');
    const field = receptiveFields(graph)[last?.id ?? -1];
    for (const axis of [field?.height, field?.width]) {
      expect(axis).toMatchObject({ size, stride });
      if (padding !== null) expect(axis?.start).toBe(-padding);
    }
  });
});

describe('the README of cost-analysis', () => {
  it('shows what is computed', () => {
    const readme = readFileSync(new URL('../packages/cost-analysis/README.md', import.meta.url), 'utf8');
    const graph = buildModel('resnet50');
    const report = analyse(graph);
    const [, shown = ''] = /```text\n(.*?)```/s.exec(readme) ?? [];
    expect(shown).not.toBe('');
    expect(formatTable(report, { per: 'stage', width: 80 })).toContain(shown);
    expect(readme).toContain(`report.total.macs; // ${report.total.macs}\n`);
    expect(readme).toContain(`report.total.flops; // ${report.total.flops},`);
    expect(readme).toContain(`// ${analyse(graph, { convention: 'timm' }).total.macs}: timm`);
  });
});
