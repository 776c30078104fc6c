import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { progressLine } from '../src/output/progress.js';

const training = 'loss 2.787, 13 % right, 206 pictures/s, 19 s left';

it('shows all that is known in 80 columns, and a bar where there is room', () => {
  const at = (width: number) => progressLine(width, 'resnet20-cifar10', { done: 7, total: 31 }, training);
  expect(at(160)).toBe(`resnet20-cifar10 ${'\u2588'.repeat(9)}${'\u2591'.repeat(31)} 22% | 7/31 | ${training}`);
  expect(at(100)).toBe(`resnet20-cifar10 ${'\u2588'.repeat(4)}${'\u2591'.repeat(15)} 22% | 7/31 | ${training}`);
  expect(at(81)).toBe(`resnet20-cifar10 22% | 7/31 | ${training}`);
  expect(at(80)).toBe(`resnet20-cifar10 22% | 7/31 | ${training}`);
  expect(at(70)).toBe(`22% | 7/31 | ${training}`);
});

it('is never as wide as the terminal', () => {
  fc.assert(
    fc.property(
      ...([fc.integer({ min: 8, max: 200 }), fc.string({ maxLength: 40 }), fc.nat(5000), fc.nat(5000)] as const),
      fc.string({ maxLength: 90 }),
      (width, label, a, b, text) => {
        const [done, total] = [Math.min(a, b), Math.max(a, b)];
        expect(progressLine(width, label, { done, total }, text).length).toBeLessThan(width);
      },
    ),
  );
});

it('has no separator where nothing stands beside the bar yet', () => {
  for (const width of [20, 80])
    expect(progressLine(width, 'evaluate', { done: 0, total: 20 }, '')).toMatch(/0% \| 0\/20$/);
});
