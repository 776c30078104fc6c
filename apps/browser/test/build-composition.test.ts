import { analyse } from '@convzoo/cost-analysis';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { fromCompact, MAX_ADDRESS, toCompact } from '../src/pages/build/composition/compact.js';
import { compose } from '../src/pages/build/composition/compose.js';
import {
  blockNames,
  type Composition,
  configureBlock,
  duplicateBlock,
  insertBlock,
  MAX_BLOCKS,
  moveBlock,
  newBlock,
  removeBlock,
  sameComposition,
} from '../src/pages/build/composition/composition.js';
import { faultKindOf } from '../src/pages/build/composition/fault-kind.js';
import { blockKinds } from '../src/pages/build/composition/kinds.js';
import { startComposition, startNames } from '../src/pages/build/composition/starts.js';

const small = startComposition('small');
const kindsOf = ({ blocks }: Composition) => blocks.map(({ kind }) => kind);

describe('a composition', () => {
  it.each([
    ['vgg', 'vgg16'],
    ['resnet', 'resnet18'],
    ['bottleneck', 'resnet50'],
    ['mobilenet', 'mobilenet_v2'],
  ] as const)('"%s" counts as %s of the zoo', (start, name) => {
    const own = analyse(compose(startComposition(start)).graph).total;
    const zoo = analyse(buildModel(name)).total;
    expect([own.params, own.macs]).toEqual([zoo.params, zoo.macs]);
  });

  it('is changed without changing what was before', () => {
    const before = JSON.stringify(small);
    expect(kindsOf(removeBlock(small, 0))).toEqual(kindsOf(small).slice(1));
    expect(kindsOf(insertBlock(small, 1, newBlock('maxPool')))[1]).toBe('maxPool');
    const moved = moveBlock(small, 0, 4);
    expect(kindsOf(moved)).toEqual([...kindsOf(small).slice(1), 'convolution']);
    expect(moveBlock(small, 0, 5)).toBe(small);
    expect(moveBlock(small, 0, -1)).toBe(small);
    const twice = duplicateBlock(small, 1);
    expect(twice.blocks[1]?.settings).toEqual(twice.blocks[2]?.settings);
    expect(twice.blocks[1]?.id).not.toBe(twice.blocks[2]?.id);
    expect(JSON.stringify(small)).toBe(before);
  });

  it('keeps settings within what is allowed', () => {
    const set = (name: 'kernel' | 'activation', value: number | string) =>
      configureBlock(small, 0, name, value).blocks[0]?.settings[name];
    expect(set('kernel', 1000)).toBe(31);
    expect(set('kernel', 0)).toBe(1);
    expect(set('kernel', Number.NaN)).toBe(3);
    expect(set('activation', 'gelu')).toBe('gelu');
    expect(set('activation', 'nothing')).toBe('relu');
  });

  it('has a limit', () => {
    let long = small;
    for (let i = 0; i < 2 * MAX_BLOCKS; i++) long = insertBlock(long, 0, newBlock('convolution'));
    expect(long.blocks).toHaveLength(MAX_BLOCKS);
  });

  it('counts the names of its blocks', () => {
    expect(blockNames(small.blocks)).toEqual(['conv1', 'layer1', 'layer2', 'layer3', 'classifier1']);
  });
});

describe('the short text of a composition', () => {
  it.each(startNames)('of "%s" is read as the same', (name) => {
    const composition = startComposition(name);
    const text = toCompact(composition);
    expect(text.length).toBeLessThan(MAX_ADDRESS / 2);
    const read = fromCompact(text);
    expect(read !== undefined && sameComposition(read, composition)).toBe(true);
  });

  it('holds every setting of every kind', () => {
    for (const kind of blockKinds) {
      const odd = newBlock(kind, {
        filters: 48,
        kernel: 5,
        stride: 3,
        padding: 'none',
        norm: false,
        activation: 'gelu',
        blocks: 5,
        from: 'flatten',
        dropout: 0.25,
        rate: 0.1,
        reduce3: 7,
        reduce5: 9,
        excitation: true,
        pool: false,
      });
      const composition: Composition = { name: 'odd', input: [64, 48, 1], blocks: [odd] };
      const read = fromCompact(toCompact(composition));
      expect(read?.blocks[0]?.settings, kind).toEqual(odd.settings);
      expect(read?.input).toEqual([64, 48, 1]);
    }
  });

  it.each([
    '',
    'nothing',
    'a,32x32',
    'a,0x32x3',
    'a,99999x32x3',
    'a,32x32x3,unknown',
    'a,32x32x3,convolution:colour3',
    'a,32x32x3,toString',
    `a,32x32x3${',maxPool'.repeat(MAX_BLOCKS + 1)}`,
    `a,32x32x3,${'x'.repeat(10_000)}`,
  ])('is nothing for %#', (text) => {
    expect(fromCompact(text)).toBeUndefined();
  });

  it('has numbers made allowed and names made harmless', () => {
    const read = fromCompact('<img>,32x32x3,convolution:filters999999:kernel0:activation=evil');
    expect(read?.name).toBe('img');
    expect(read?.blocks[0]?.settings).toMatchObject({ filters: 8192, kernel: 1, activation: 'relu' });
  });
});

describe('a block that cannot be built', () => {
  const faultOf = (input: readonly [number, number, number], ...blocks: Composition['blocks']) => {
    const { fault, graph, steps } = compose({ name: 'x', input, blocks });
    const at = fault === undefined ? undefined : blocks[fault.at];
    return { at: fault?.at, kind: at && fault && faultKindOf(at, fault.input), nodes: graph.nodes.length, steps };
  };

  it('is named with the reason, and what is before it is built', () => {
    const found = faultOf(
      [4, 4, 3],
      newBlock('maxPool'),
      newBlock('convolution', { kernel: 7, padding: 'none' }),
      newBlock('classifier'),
    );
    expect(found).toMatchObject({ at: 1, kind: { kind: 'window-too-large', window: 7, map: [2, 2] }, nodes: 2 });
    expect(found.steps.map(({ shape }) => shape)).toEqual([[2, 2, 3]]);
  });

  it.each([
    ['needs-vector', [newBlock('dense')]],
    ['needs-map', [newBlock('flatten'), newBlock('convolution')]],
    ['needs-map', [newBlock('globalAvgPool'), newBlock('globalAvgPool')]],
    ['needs-map', [newBlock('flatten'), newBlock('squeezeExcitation')]],
    ['input-groups', [newBlock('convolution', { groups: 2 })]],
    ['output-groups', [newBlock('convolution', { filters: 64 }), newBlock('convolution', { groups: 64, filters: 96 })]],
    ['input-groups', [newBlock('bottleneckBlocks', { groups: 3 })]],
    ['window-too-large', Array.from({ length: 3 }, () => newBlock('vggStage'))],
  ] as const)('%s', (kind, blocks) => {
    expect(faultOf([4, 4, 3], ...blocks).kind?.kind).toBe(kind);
  });
});
