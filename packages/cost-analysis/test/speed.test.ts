import { buildModel } from '@convzoo/zoo';
import { expect, it } from 'vitest';
import { formatTable } from '../src/format/index.js';
import { costSheet } from '../src/index.js';

it('takes less than 50 ms of the processor for ResNet-152: graph, sheet and table', () => {
  const once = (): number => {
    // The processor's clock, not the wall's: other tests run at the same time.
    const before = process.cpuUsage();
    formatTable(costSheet(buildModel('resnet152')), { per: 'layer', width: 120 });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  // A busy machine may collect garbage in any one of them.
  const times = Array.from({ length: 20 }, once);
  expect(Math.min(...times)).toBeLessThan(50);
  expect(buildModel('resnet152').nodes.length).toBeGreaterThan(500);
});
