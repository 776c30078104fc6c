import { Builder, defineOp, dropDeadNodes, type Graph } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Diagram, diagramOf } from '../src/index.js';
import { networks } from './networks.js';

const repeatsOf = ({ groups }: Diagram): readonly string[] => groups.map(({ title, repeat }) => `${title} x${repeat}`);
const titlesIn = (diagram: Diagram, group: string): readonly string[] => {
  const id = diagram.groups.find(({ title }) => title.startsWith(group))?.id;
  return diagram.nodes.filter((node) => node.group === id).map(({ title }) => title);
};

describe('the figures of the papers', () => {
  it('ResNet-50: 3, 4, 6 and 3 bottlenecks, the first of each stage with a projection (He et al. 2015, table 1)', () => {
    const diagram = diagramOf(buildModel('resnet50'));
    expect(repeatsOf(diagram)).toEqual([
      'layer1.0 x1',
      'layer1.1 .. layer1.2 x2',
      'layer2.0 x1',
      'layer2.1 .. layer2.3 x3',
      'layer3.0 x1',
      'layer3.1 .. layer3.5 x5',
      'layer4.0 x1',
      'layer4.1 .. layer4.2 x2',
    ]);
    expect(titlesIn(diagram, 'layer3.1')).toEqual(['1x1 conv, 256', '3x3 conv, 256', '1x1 conv, 1024', 'add']);
    expect(titlesIn(diagram, 'layer3.0')).toContain('3x3 conv, 256, /2');
    // An identity is a shortcut; a projection is a way of its own.
    expect(diagram.edges.filter(({ shortcut }) => shortcut)).toHaveLength(4);
  });

  it('VGG-16: convolutions of one width once, with how many there are (Simonyan & Zisserman 2014, table 1, D)', () => {
    const diagram = diagramOf(buildModel('vgg16'));
    const convolutions = diagram.nodes.filter(({ kind }) => kind === 'convolution');
    expect(convolutions.map(({ title, repeat }) => `${title} x${repeat}`)).toEqual([
      '3x3 conv, 64 x2',
      '3x3 conv, 128 x2',
      '3x3 conv, 256 x3',
      '3x3 conv, 512 x3',
      '3x3 conv, 512 x3',
    ]);
    expect(diagram.edges.some(({ shortcut }) => shortcut)).toBe(false);
  });

  it('MobileNet V1: five depthwise separable layers of 512 channels, from a depthwise one (Howard et al. 2017, table 1)', () => {
    const diagram = diagramOf(buildModel('mobilenet_v1'));
    expect(repeatsOf(diagram)).toEqual(['blocks.3.1 .. blocks.3.5 x5']);
    expect(titlesIn(diagram, 'blocks.3.1')).toEqual(['3x3 depthwise conv, 512', '1x1 conv, 512']);
  });

  it('DenseNet-121: dense blocks of 6, 12, 24 and 16 layers, whose channels grow (Huang et al. 2017, table 1)', () => {
    const diagram = diagramOf(buildModel('densenet121'));
    expect(diagram.groups.map(({ repeat }) => repeat)).toEqual([6, 12, 24, 16]);
    const [first] = diagram.nodes.filter(({ title }) => title === 'concat');
    expect(first?.shape).toBe('56x56x96 .. 56x56x256');
  });

  it('ConvNeXt-T: 3, 3, 9 and 3 blocks, though their rates of stochastic depth differ (Liu et al. 2022, section 2.2)', () => {
    expect(diagramOf(buildModel('convnext_tiny')).groups.map(({ repeat }) => repeat)).toEqual([3, 3, 9, 3]);
  });
});

describe.each(networks)('%s', (_, graph) => {
  const details = ['blocks', 'units', 'nodes'] as const;

  it.each(details)('has every live node in one box, in detail %s', (detail) => {
    const { nodes, groups } = diagramOf(graph, { detail });
    const paths = nodes.flatMap(({ members }) => members.map(({ path }) => path)).sort();
    expect(paths).toEqual(
      dropDeadNodes(graph)
        .nodes.map(({ path }) => path)
        .sort(),
    );
    const copies = (group: string | undefined): number => groups.find(({ id }) => id === group)?.repeat ?? 1;
    if (detail === 'nodes') expect(nodes.every(({ members }) => members.length === 1)).toBe(true);
    for (const node of nodes) {
      // Copies may differ in their dropout.
      const computing = node.members.filter(({ op }) => op !== 'dropout');
      expect(computing.length % (node.repeat * copies(node.group))).toBe(0);
    }
  });

  it.each(details)('is connected from the input to the last box, and only downwards, in detail %s', (detail) => {
    const { nodes, edges } = diagramOf(graph, { detail });
    const place = new Map(nodes.map(({ id }, i) => [id, i]));
    for (const { from, to } of edges) expect(place.get(from)!).toBeLessThan(place.get(to)!);
    for (const { id } of nodes.slice(1)) expect(edges.some(({ to }) => to === id)).toBe(true);
    for (const { id } of nodes.slice(0, -1)) expect(edges.some(({ from }) => from === id)).toBe(true);
  });
});

describe('diagramOf', () => {
  const chain = (widths: readonly number[]): Graph => {
    const nn = new Builder('chain');
    let x = nn.input([8, 8, 3]);
    widths.forEach((out, i) => {
      x = nn.conv2d(x, { name: `conv${i}`, out, kernel: 3 });
    });
    return nn.graph(x);
  };

  it('repeats add up to the layers there are, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(4, 8), { minLength: 1, maxLength: 24 }), (widths) => {
        const { nodes, groups } = diagramOf(chain(widths));
        const copies = (group: string | undefined): number => groups.find(({ id }) => id === group)?.repeat ?? 1;
        const drawn = nodes.slice(1).reduce((sum, node) => sum + node.repeat * copies(node.group), 0);
        expect(drawn).toBe(widths.length);
      }),
    );
  });

  it('writes the boxes in the order of the network, so the picture unrolls to it', () => {
    const { nodes, groups } = diagramOf(chain([4, 8, 4, 8, 8, 8]));
    expect(nodes.map(({ title, repeat, group }) => [title, repeat, group])).toEqual([
      ['input 8x8x3', 1, undefined],
      ['3x3 conv, 4', 1, 'g0'],
      ['3x3 conv, 8', 1, 'g0'],
      ['3x3 conv, 8', 2, undefined],
    ]);
    expect(groups).toMatchObject([{ repeat: 2 }]);
  });

  it('draws the copies of the repeated blocks that are to be expanded, and says which they are', () => {
    const graph = buildModel('resnet50');
    const closed = diagramOf(graph);
    const second = closed.groups.find(({ title }) => title.startsWith('layer2.1'));
    expect(second).toMatchObject({ repeat: 3, run: 'layer2.1.conv1' });
    const open = diagramOf(graph, { expanded: ['layer2.1.conv1', 'of another network'] });
    expect(repeatsOf(open).slice(3, 7)).toEqual(['layer2.1 x1', 'layer2.2 x1', 'layer2.3 x1', 'layer3.0 x1']);
    expect(open.groups.filter(({ run }) => run === 'layer2.1.conv1')).toHaveLength(3);
    expect(open.groups.find(({ title }) => title === 'layer3.0')).not.toHaveProperty('run');
    // All of them: what `units` draws.
    const runs = [...closed.groups, ...closed.nodes].flatMap(({ run }) => run ?? []);
    const all = diagramOf(graph, { expanded: runs });
    const units = diagramOf(graph, { detail: 'units' });
    expect(all.nodes.map(({ title, members }) => [title, members])).toEqual(
      units.nodes.map(({ title, members }) => [title, members]),
    );
    expect(all.edges).toEqual(units.edges);
  });

  it('expands layers that are repeated without a block', () => {
    const closed = diagramOf(chain([4, 8, 8, 8]));
    expect(closed.nodes.at(-1)).toMatchObject({ repeat: 3, run: 'conv1' });
    const open = diagramOf(chain([4, 8, 8, 8]), { expanded: ['conv1'] });
    expect(open.nodes.map(({ repeat, run }) => [repeat, run])).toEqual([
      [1, undefined],
      [1, undefined],
      [1, 'conv1'],
      [1, 'conv1'],
      [1, 'conv1'],
    ]);
  });

  it('gives a custom op its name, and leaves dead nodes out', () => {
    const identity = defineOp({
      name: 'my-op',
      shape: ({ inputs }) => inputs[0]!,
      macs: () => 0,
      compute: ([x]) => x!,
    });
    const nn = new Builder('own');
    const x = nn.input([4, 4, 2]);
    nn.conv2d(x, { name: 'dead', out: 7, kernel: 1 });
    const graph = nn.graph(nn.custom(identity, [x]));
    expect(diagramOf(graph).nodes.map(({ title }) => title)).toEqual(['input 4x4x2', 'my-op']);
  });
});
