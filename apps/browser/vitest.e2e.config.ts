import { defineConfig } from 'vitest/config';

// The built page in a real browser: see e2e/README.md.
export default defineConfig({
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
