import { defineConfig } from 'vitest/config';

// The built page in a real browser: see README.md.
const conditions = ['source', 'module', 'node', 'development|production'];

/** Files that measure times: one browser at a time, when all others are done. Memory is of a browser's own. */
const measured = ['e2e/budget.test.ts', 'e2e/compare.test.ts'];

export default defineConfig({
  // What the page computes is compared with the same packages in Node.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'page',
          include: ['e2e/**/*.test.ts'],
          exclude: measured,
          // Much of a test is waiting; a third browser would find no processor.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'measured', include: measured, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
