import { Builder, type Graph, nodeAt, type OpName } from '@convzoo/layers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, conventionNames, conventions, costRules, type GroupKey, groupBy } from '../src/index.js';
import { double, graphs, smallResNet } from './graphs.js';

const summed = [
  'params',
  'trainable',
  'buffers',
  'macs',
  'flops',
  'elementwise',
  'activations',
  'weightBytes',
  'activationBytes',
  'traffic',
] as const;

describe('analyse', () => {
  it('reports model, input, convention, totals and a row for every node', () => {
    const graph = smallResNet();
    const report = analyse(graph);
    expect(report).toMatchObject({
      model: 'small',
      input: [16, 16, 3],
      convention: 'convzoo',
      dtype: 'float32',
      uncounted: [],
    });
    // 16 x 16 x 3 x 3 x 3 x 4, 8 x 8 x 3 x 3 x 4 x 4, 4 x 4 x 3 x 3 x 4 x 8 and 8 x 10, by hand.
    expect(report.total.macs).toBe(27_648 + 9216 + 4608 + 80);
    // 108 + 4, 2 x 4, 144, 2 x 4, 288, 80 + 10.
    expect(report.total.params).toBe(112 + 8 + 144 + 8 + 288 + 90);
    expect(report.total.buffers).toBe(16);
    expect(report.total.weightBytes).toBe(4 * (650 + 16));
    expect(report.rows.map(({ path }) => path)).toEqual(graph.nodes.map(({ path }) => path));
    expect(report.rows[1]).toEqual({
      path: 'conv1',
      op: 'conv2d',
      kind: 'conv 3x3',
      stage: '16x16',
      block: 'conv1',
      shape: [16, 16, 4],
      params: 112,
      trainable: 112,
      buffers: 0,
      macs: 27_648,
      flops: 55_296,
      elementwise: 1024,
      activations: 1024,
      weightBytes: 448,
      activationBytes: 4096,
      // 16 x 16 x 3 read, 112 weights, 16 x 16 x 4 written.
      traffic: 4 * (768 + 112 + 1024),
      intensity: (55_296 + 1024) / (4 * (768 + 112 + 1024)),
    });
  });

  it('counts bytes for a batch and a type; weights are read once for all examples', () => {
    const one = analyse(smallResNet());
    const many = analyse(smallResNet(), { batch: 8, dtype: 'float16' });
    expect(many).toMatchObject({ batch: 8, dtype: 'float16' });
    expect(many.total.macs).toBe(one.total.macs);
    expect(many.total.weightBytes).toBe(one.total.weightBytes / 2);
    expect(many.total.activationBytes).toBe(16 * one.total.activations);
    expect(many.rows[1]).toMatchObject({ traffic: 2 * (8 * (768 + 1024) + 112) });
    expect(many.rows[1]?.intensity).toBeCloseTo((8 * 56_320) / (2 * (8 * 1792 + 112)), 10);
    expect(many.total.intensity).toBeGreaterThan(one.total.intensity ?? Number.NaN);
    for (const batch of [0, 1.5, -1, Number.NaN]) {
      expect(() => analyse(smallResNet(), { batch })).toThrow(expect.objectContaining({ code: 'bad-batch' }));
    }
  });

  it('has an intensity that no convention changes', () => {
    const [own, timm] = (['convzoo', 'timm'] as const).map((convention) => analyse(smallResNet(), { convention }));
    expect(timm?.total.macs).not.toBe(own?.total.macs);
    expect(timm?.total.intensity).toBe(own?.total.intensity);
  });

  it.each(conventionNames)(
    'sums under convention %s: rows and groups add up to the total, FLOPs are 2 MACs',
    (convention) => {
      fc.assert(
        fc.property(graphs, (graph) => {
          const report = analyse(graph, { convention });
          for (const field of summed) {
            const sum = (values: readonly (number | null)[]) =>
              values.reduce<number>((total, value) => total + (value ?? 0), 0);
            expect(sum(report.rows.map((row) => row[field]))).toBe(report.total[field]);
            for (const key of ['stage', 'block', 'op', 'kind'] satisfies GroupKey[]) {
              expect(sum(groupBy(report, key).map((group) => group[field]))).toBe(report.total[field]);
            }
          }
          expect(report.total.flops).toBe(2 * report.total.macs);
          expect(report.convention).toBe(convention);
          expect(conventions[convention].name).toBe(convention);
        }),
        { numRuns: 30 },
      );
    },
  );

  it('leaves elementwise work the same under every convention', () => {
    const counts = conventionNames.map((convention) => analyse(smallResNet(), { convention }).total.elementwise);
    expect(new Set(counts).size).toBe(1);
  });

  it('counts weights in bytes of their type', () => {
    const bytes = (['float64', 'float32', 'float16', 'bfloat16', 'int8'] as const).map(
      (dtype) => analyse(smallResNet(), { dtype }).total.weightBytes,
    );
    expect(bytes).toEqual([5328, 2664, 1332, 1332, 666]);
  });

  it('counts a parameter that two layers share once, at the first', () => {
    const nn = new Builder('shared');
    const x = nn.input([8, 8, 4]);
    const params = [{ path: 'shared.weight', role: 'kernel', shape: [3, 3, 4, 4] }] as const;
    const attributes = {
      strides: [1, 1],
      padding: 'same',
      dilations: [1, 1],
      groups: 1,
      activation: 'linear',
    } as const;
    const y = nn.node('conv2d', { path: 'a', attributes, inputs: [x], params });
    const report = analyse(nn.graph(nn.node('conv2d', { path: 'b', attributes, inputs: [y], params })));
    expect(report.rows.map(({ params }) => params)).toEqual([0, 144, 0]);
    expect(report.total).toMatchObject({ params: 144, macs: 2 * 64 * 144 });
  });

  it('accepts a convention of your own', () => {
    const convolutions = {
      ...conventions.convzoo,
      name: 'mine',
      macs: { ...conventions.convzoo.macs, dense: () => 0 },
    };
    const report = analyse(smallResNet(), { convention: convolutions });
    expect(report.convention).toBe('mine');
    expect(report.total.macs).toBe(27_648 + 9216 + 4608);
  });

  it('names the conventions there are where one is unknown', () => {
    const wrong = 'toString' as 'convzoo';
    expect(() => analyse(smallResNet(), { convention: wrong })).toThrow(
      expect.objectContaining({
        code: 'unknown-convention',
        message: expect.stringContaining('torchvision, fvcore, timm'),
      }),
    );
  });

  it('refuses counts that numbers cannot hold exactly', () => {
    const nn = new Builder('huge');
    const graph = nn.graph(nn.conv2d(nn.input([1e6, 1e6, 1e6]), { out: 8, kernel: 3 }));
    expect(() => analyse(graph)).toThrow(expect.objectContaining({ code: 'count-too-large' }));
  });

  it('says which op a rule is for, in words', () => {
    for (const rule of Object.values(costRules)) expect(rule.formula).toMatch(/\.$/);
  });
});

describe('ops from outside', () => {
  const withCustom = (op = double): Graph => {
    const nn = new Builder('custom');
    const x = nn.conv2d(nn.input([4, 4, 2]), { out: 2, kernel: 1 });
    return nn.graph(nn.custom(op, [x], { params: [{ path: 'weight', role: 'kernel', shape: [5] }] }));
  };

  it("takes the op's own MACs and lists the elementwise work that it does not state", () => {
    const report = analyse(withCustom({ ...double, macs: ({ inputs: [shape = []] }) => 100 * (shape[2] ?? 0) }));
    expect(report.rows[2]).toMatchObject({
      op: 'custom',
      kind: 'double',
      params: 5,
      macs: 200,
      flops: 400,
      elementwise: null,
    });
    expect(report.total).toMatchObject({ macs: 64 + 200, params: 4 + 5, activations: 64 });
    expect(report.uncounted).toEqual([{ path: 'double', op: 'double', missing: ['elementwise'] }]);
  });

  it.each([
    ['gives NaN', () => Number.NaN],
    ['gives a negative number', () => -1],
    ['is missing', undefined as unknown as () => number],
  ])('reports an op whose rule %s and does not count it as 0', (_, macs) => {
    const report = analyse(withCustom({ ...double, macs }));
    expect(report.rows[2]).toMatchObject({ macs: null, flops: null, elementwise: null });
    expect(report.uncounted).toEqual([{ path: 'double', op: 'double', missing: ['macs', 'elementwise'] }]);
    expect(report.total.macs).toBe(64);
  });

  it('reports an op kind of a newer vocabulary under every convention', () => {
    const graph = smallResNet();
    const newer = { ...nodeAt(graph, 3), op: 'gelu' as OpName } as Graph['nodes'][number];
    const changed = { ...graph, nodes: graph.nodes.map((node) => (node.id === 3 ? newer : node)) };
    for (const convention of conventionNames) {
      const report = analyse(changed, { convention });
      expect(report.rows[3]).toMatchObject({ op: 'gelu', macs: null, elementwise: null });
      expect(report.uncounted).toEqual([{ path: 'relu', op: 'gelu', missing: ['macs', 'elementwise'] }]);
    }
  });
});

describe('groupBy', () => {
  it('takes modules as blocks and resolutions as stages', () => {
    const report = analyse(smallResNet());
    expect(groupBy(report, 'block').map(({ name, nodes }) => [name, nodes])).toEqual([
      ['input', 1],
      ['conv1', 3],
      ['maxpool', 1],
      ['layer1.0', 4],
      ['layer2.0', 5],
      ['avgpool', 2],
      ['fc', 1],
    ]);
    expect(groupBy(report, 'stage').map(({ name, nodes, macs, shape }) => [name, nodes, macs, shape])).toEqual([
      ['16x16', 4, 27_648, [16, 16, 4]],
      ['8x8', 5, 9216, [8, 8, 4]],
      ['4x4', 5, 4608, [4, 4, 8]],
      ['head', 3, 80, [10]],
    ]);
  });

  it('tells kinds of convolutions apart', () => {
    const nn = new Builder('kinds');
    let x = nn.conv2d(nn.input([8, 8, 4]), { out: 8, kernel: [1, 3] });
    x = nn.depthwiseConv2d(x, { kernel: 5 });
    x = nn.conv2d(x, { out: 8, kernel: 3, groups: 2 });
    const kinds = groupBy(analyse(nn.graph(nn.activation(x, 'relu6'))), 'kind').map(({ name }) => name);
    expect(kinds).toEqual(['input', 'conv 1x3', 'depthwise 5x5', 'grouped 3x3', 'relu6']);
  });
});
