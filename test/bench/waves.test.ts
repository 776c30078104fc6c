import { expect, it } from 'vitest';
import { contenders } from '../../bench/src/engine/contenders.js';
import { waves } from '../../bench/src/engine/waves.js';

const GIB = 2 ** 30;

it('lets all contenders take turns where they fit into memory', () => {
  expect(waves(contenders, { parameterBytes: 14e6, memory: 16 * GIB })).toEqual([contenders]);
});

it('keeps those together that are compared, and leaves none out', () => {
  const groups = waves(contenders, { parameterBytes: 553e6, memory: 16 * GIB });
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
  const groups = waves(contenders, { parameterBytes: 553e6, memory: 4 * GIB });
  expect(groups.flat()).toEqual(contenders);
  expect(Math.max(...groups.map((group) => group.length))).toBeLessThanOrEqual(2);
});

it('measures one at a time what fits in no memory at all', () => {
  expect(waves(contenders.slice(0, 3), { parameterBytes: 5e9, memory: GIB }).map((group) => group.length)).toEqual([
    1, 1, 1,
  ]);
});
