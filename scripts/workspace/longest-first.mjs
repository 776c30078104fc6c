import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import { root } from './layout.mjs';

/**
 * Test files that take longest with CONVZOO_FULL=1, the longest first. A long one that starts last leaves a processor idle, and
 * vitest only knows the sizes of files where it has not run before, as in CI.
 */
export const longest = [
  'test/goldens/goldens.test.ts',
  'packages/engine/test/kernels.test.ts',
  'test/goldens/variants.test.ts',
  'packages/engine/test/families.test.ts',
  'packages/training/test/goldens.test.ts',
  'apps/node/test/manners.test.ts',
  'apps/node/test/agreement.test.ts',
  'apps/node/test/commands.test.ts',
  'packages/backend-tfjs/test/agreement.test.ts',
  'apps/node/test/weight-files.test.ts',
  'apps/node/test/output-options.test.ts',
];

/** Starts the longest files first, all others in vitest's order. */
export class LongestFirst extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   */
  async sort(files) {
    /** @param {import('vitest/node').TestSpecification} file */
    const rank = ({ moduleId }) => {
      const found = longest.indexOf(relative(root, moduleId).replaceAll('\\', '/'));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
