import { defineConfig } from 'vitest/config';

// The built page in a real browser: see e2e/README.md.
const conditions = ['source', 'module', 'node', 'development|production'];

export default defineConfig({
  // What the page computes is compared with the same packages in Node.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    include: ['e2e/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One browser at a time: times are measured, and memory is watched.
    maxWorkers: 1,
  },
});
