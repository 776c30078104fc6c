import { axisPadding, Builder, type Graph, nodeAt, type Padding, paramOf } from '@convzoo/layers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AxisField, receptiveFields } from '../src/index.js';
import { double, graphs } from './graphs.js';

/**
 * For each output row of each node the first and last row of the input that it reads, found by passing sets of rows through
 * the network. Padding has row numbers too, below 0 and beyond the end, so that nothing is cut off.
 */
function rowsSeen(graph: Graph): readonly (readonly [first: number, last: number][] | null)[] {
  const seen: ([number, number][] | null)[] = [];
  for (const node of graph.nodes) {
    const [input] = node.inputs;
    const above = input === undefined ? undefined : seen[input];
    const extent = input === undefined ? 0 : nodeAt(graph, input).shape[0]!;
    // Rows outside of a map continue its regular pattern.
    const at = (row: number): [number, number] => {
      const [first, last] = above![0]!;
      const step = above!.length > 1 ? above![1]![0] - first : 1;
      return [first + row * step, last + row * step];
    };
    const slide = (size: number, stride: number, dilation: number, padding: Padding) => {
      const { before } = axisPadding(padding, 'height', extent, { kernel: size, stride, dilation });
      return Array.from({ length: node.shape[0]! }, (_, y): [number, number] => {
        const rows = Array.from({ length: size }, (_, k) => at(y * stride - before + k * dilation));
        return [Math.min(...rows.map(([first]) => first)), Math.max(...rows.map(([, last]) => last))];
      });
    };
    if (node.op === 'input') seen.push(Array.from({ length: node.shape[0]! }, (_, y) => [y, y]));
    else if (above === null || above === undefined) seen.push(null);
    else if (node.op === 'conv2d') {
      const { strides, dilations, padding } = node.attributes;
      seen.push(slide(paramOf(node, 'kernel')!.shape[0]!, strides[0], dilations[0], padding));
    } else if (node.op === 'maxPool' || node.op === 'avgPool') {
      seen.push(slide(node.attributes.size[0], node.attributes.strides[0], 1, node.attributes.padding));
    } else if (node.op === 'zeroPad') {
      const [top] = node.attributes.spatial;
      seen.push(Array.from({ length: node.shape[0]! }, (_, y) => at(y - top)));
    } else if (node.op === 'globalAvgPool' || (node.op === 'flatten' && nodeAt(graph, input!).shape.length === 3)) {
      seen.push([[above[0]![0], above.at(-1)![1]]]);
    } else if (node.op === 'adaptiveAvgPool') {
      const [bins] = node.attributes.size;
      const even = extent % bins === 0 && nodeAt(graph, input!).shape[1]! % node.attributes.size[1] === 0;
      seen.push(
        even
          ? Array.from({ length: bins }, (_, i) => {
              const size = extent / bins;
              return [at(i * size)[0], at((i + 1) * size - 1)[1]];
            })
          : null,
      );
    } else if (node.op === 'add' || node.op === 'concat' || node.op === 'multiply') {
      // A factor of whole channels is left out; of two maps each row sees the rows of both.
      const maps = node.inputs.filter(
        (id) => nodeAt(graph, id).shape[0] === node.shape[0] && nodeAt(graph, id).shape.length === 3,
      );
      seen.push(
        above.map((_, y) => [
          Math.min(...maps.map((id) => seen[id]![y]![0])),
          Math.max(...maps.map((id) => seen[id]![y]![1])),
        ]),
      );
    } else seen.push(above);
  }
  return seen;
}

describe('receptiveFields', () => {
  it('agrees with rows that are traced one by one', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const fields = receptiveFields(graph);
        rowsSeen(graph).forEach((rows, id) => {
          // A map that has shrunk to one row shows no stride to go on from.
          if (rows === null || graph.nodes.slice(0, id).some(({ shape }) => shape.length === 3 && shape[0] === 1))
            return;
          const field = fields[id]?.height as AxisField;
          rows.forEach(([first, last], y) => {
            expect([field.start + y * field.stride, field.start + y * field.stride + field.size - 1]).toEqual([
              first,
              last,
            ]);
          });
        });
      }),
      { numRuns: 300 },
    );
  });

  it('is 483 wide with stride 32 at the end of a chain of the convolutions of ResNet-50 v1', () => {
    // Published for resnet_v1_50 by google-research/receptive_field (README).
    const field = (layers: readonly (readonly [kernel: number, stride: number])[]) => {
      const nn = new Builder('chain');
      let x = nn.input([224, 224, 1]);
      for (const [kernel, stride] of layers) x = nn.conv2d(x, { out: 1, kernel, stride });
      const graph = nn.graph(x);
      return receptiveFields(graph)[graph.output]?.height;
    };
    const stem = [
      [7, 2],
      [3, 2],
    ] as const;
    const stage = (blocks: number, block: (stride: number) => readonly (readonly [number, number])[], stride: number) =>
      Array.from({ length: blocks }, (_, i) => block(i === 0 ? stride : 1)).flat();
    const bottleneck = (stride: number) =>
      [
        [1, stride],
        [3, 1],
        [1, 1],
      ] as const;
    const v1 = [...stem, ...[3, 4, 6, 3].flatMap((blocks, i) => stage(blocks, bottleneck, i === 0 ? 1 : 2))];
    expect(field(v1)).toMatchObject({ size: 483, stride: 32 });
  });

  it('leaves out the factors of squeeze and excitation, and joins the fields of two maps that are multiplied', () => {
    const nn = new Builder('gates');
    const x = nn.conv2d(nn.input([9, 9, 2]), { out: 2, kernel: 3, stride: 2 });
    const squeezed = nn.multiply(x, nn.globalAvgPool(x));
    const excited = nn.multiply(squeezed, nn.adaptiveAvgPool(squeezed, { size: 1 }));
    const wide = nn.multiply(excited, nn.conv2d(excited, { out: 2, kernel: 3 }));
    const fields = receptiveFields(nn.graph(wide));
    expect(fields[squeezed.id]).toEqual(fields[x.id]);
    expect(fields[excited.id]).toEqual(fields[x.id]);
    expect(fields[wide.id]?.height).toEqual({ size: 7, stride: 2, start: -3 });
  });

  it('is the union where paths meet, everything after a global pool, and unknown after an op from outside', () => {
    const nn = new Builder('paths');
    const x = nn.input([9, 9, 2]);
    const y = nn.add(nn.conv2d(x, { out: 2, kernel: 3 }), nn.conv2d(x, { out: 2, kernel: 5, padding: [4, 2, 0, 2] }));
    const pooled = nn.dense(nn.globalAvgPool(y), { units: 3 });
    const strange = nn.custom(double, [y]);
    const fields = receptiveFields(nn.graph(pooled));
    expect(fields[y.id]?.height).toEqual({ size: 6, stride: 1, start: -4 });
    expect(fields[y.id]?.width).toEqual({ size: 5, stride: 1, start: -2 });
    expect(fields[pooled.id]?.height).toEqual({ size: 14, stride: 0, start: -4 });
    expect(fields[strange.id]).toBeNull();
  });
});
