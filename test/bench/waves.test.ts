import { expect, it } from 'vitest';
import { contenders } from '../../bench/src/engine/contenders.js';
import { waves } from '../../bench/src/engine/waves.js';

const GIB = 2 ** 30;

it('lets all contenders take turns where they fit into memory', () => {
  expect(waves(contenders, { parameterBytes: 14e6, memory: 16 * GIB, batch: 1 })).toEqual([contenders]);
});

it('keeps those together that are compared, and leaves none out', () => {
  const groups = waves(contenders, { parameterBytes: 553e6, memory: 16 * GIB, batch: 1 });
  expect(groups.length).toBeGreaterThan(1);
  expect(groups.flat()).toEqual(contenders);
  for (const group of groups) {
    for (const { threads, place } of group) {
      const alike = contenders.filter(
        (each) => each.threads === threads && (each.place === 'chromium') === (place === 'chromium'),
      );
      expect(group).toEqual(expect.arrayContaining(alike));
    }
  }
});

it('parts even those where memory is shorter still', () => {
  const groups = waves(contenders, { parameterBytes: 553e6, memory: 4 * GIB, batch: 1 });
  expect(groups.flat()).toEqual(contenders);
  expect(Math.max(...groups.map((group) => group.length))).toBeLessThanOrEqual(2);
});

it('measures one at a time what fits in no memory at all', () => {
  expect(
    waves(contenders.slice(0, 3), { parameterBytes: 5e9, memory: GIB, batch: 1 }).map((group) => group.length),
  ).toEqual([1, 1, 1]);
});

it('counts the cell of one example beside a batch of the engine', () => {
  const engines = contenders.filter(({ runtime, place }) => runtime === 'engine' && place === 'node');
  const peers = contenders.filter(({ runtime }) => runtime === 'ort-node');
  const groupsOf = (of: typeof contenders, batch: number): number =>
    waves(of, { parameterBytes: 553e6, memory: 3.9 * GIB, batch }).length;
  expect([groupsOf(engines, 1), groupsOf(engines, 8)]).toEqual([1, 2]);
  expect([groupsOf(peers, 1), groupsOf(peers, 8)]).toEqual([1, 1]);
});
