import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import { root } from '../../scripts/workspace/layout.mjs';
import { LongestFirst, longest } from '../../scripts/workspace/longest-first.mjs';

describe('the order of test files', () => {
  it('names files that are there', () => {
    expect(longest.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('begins with the longest, whatever their size', async () => {
    const sizes: Readonly<Record<string, number>> = { 'test/small.test.ts': 1, 'test/large.test.ts': 10 };
    const cache = {
      getFileTestResults: () => undefined,
      getFileStats: (key: string) => ({ size: sizes[key.slice(1)] ?? 5 }),
    };
    const sequencer = new LongestFirst({ cache, config: { root } } as unknown as Vitest);
    const project = { name: '', config: { isolate: true, sequence: { groupOrder: 0 } } };
    const files = ['test/small.test.ts', ...longest.toReversed(), 'test/large.test.ts'].map(
      (file) => ({ moduleId: join(root, file), project }) as unknown as TestSpecification,
    );
    const sorted = (await sequencer.sort(files)).map(({ moduleId }) => moduleId);
    expect(sorted).toEqual([...longest, 'test/large.test.ts', 'test/small.test.ts'].map((file) => join(root, file)));
  });
});
