import { Builder, fuseActivation, graphFromJson, graphToJson, paramsOf, sizeOf, withInputShape } from '@convzoo/layers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../src/index.js';
import { graphs, smallResNet } from './graphs.js';
import { recount } from './naive.js';

describe('counts against a recount by loops', () => {
  it('agrees on every node of random networks', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { rows } = analyse(graph);
        for (const node of graph.nodes) {
          const { outputs, macs, elementwise } = recount(graph, node);
          expect(rows[node.id]).toMatchObject({
            path: node.path,
            macs,
            flops: 2 * macs,
            elementwise,
            activations: outputs,
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agrees on a network with every op', () => {
    const graph = smallResNet();
    const { rows, total } = analyse(graph);
    const tallies = graph.nodes.map((node) => recount(graph, node));
    expect(rows.map(({ macs }) => macs)).toEqual(tallies.map(({ macs }) => macs));
    expect(total.macs).toBe(tallies.reduce((sum, { macs }) => sum + macs, 0));
    expect(total.elementwise).toBe(tallies.reduce((sum, { elementwise }) => sum + elementwise, 0));
  });

  it('counts the parameters that the graph declares', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { total } = analyse(graph);
        const all = paramsOf(graph).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
        expect(total.params + total.buffers).toBe(all);
        expect(total.weightBytes).toBe(4 * all);
        expect(analyse(graph, { convention: 'keras' }).total.params).toBe(all);
      }),
    );
  });
});

describe('counts against a network that computes the same', () => {
  const extents = fc.tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 8 }),
  );

  it('a convolution as large as its input costs what a dense layer does', () => {
    fc.assert(
      fc.property(extents, fc.integer({ min: 1, max: 9 }), ([h, w, c], out) => {
        const a = new Builder('conv');
        const conv = a.graph(a.conv2d(a.input([h, w, c]), { out, kernel: [h, w], padding: 0, bias: true }));
        const b = new Builder('dense');
        const dense = b.graph(b.dense(b.flatten(b.input([h, w, c])), { units: out }));
        expect(analyse(conv).total).toEqual(analyse(dense).total);
      }),
    );
  });

  it('a grouped convolution costs what its groups cost as convolutions of their own', () => {
    fc.assert(
      fc.property(extents, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), ([h, w, c], groups, out) => {
        const a = new Builder('grouped');
        const grouped = a.graph(a.conv2d(a.input([h, w, c * groups]), { out: out * groups, kernel: 3, groups }));
        const b = new Builder('one');
        const one = b.graph(b.conv2d(b.input([h, w, c]), { out, kernel: 3 }));
        expect(analyse(grouped).total.macs).toBe(groups * analyse(one).total.macs);
        expect(analyse(grouped).total.params).toBe(groups * analyse(one).total.params);
      }),
    );
  });

  it('twice the resolution is four times the convolutions and the same parameters', () => {
    const graph = smallResNet();
    const [small, large] = [analyse(graph), analyse(withInputShape(graph, [32, 32, 3]))];
    const dense = 80;
    expect(large.total.macs - dense).toBe(4 * (small.total.macs - dense));
    expect(large.total.params).toBe(small.total.params);
  });

  it('fusing activations moves work and does not change it; JSON keeps every count', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { total, rows } = analyse(graph);
        const fused = analyse(fuseActivation(graph)).total;
        expect([fused.macs, fused.elementwise]).toEqual([total.macs, total.elementwise]);
        expect(analyse(graphFromJson(JSON.parse(JSON.stringify(graphToJson(graph))))).rows).toEqual(rows);
      }),
    );
  });
});
