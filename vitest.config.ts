import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/workspace/longest-first.mjs';

// The `source` condition makes @convzoo/* resolve to TypeScript sources: no build is needed to test. The others are Vite's own
// for Node, which a list of conditions replaces.
const conditions = ['source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // Whole networks run in these tests; a slower machine than ours must not fail them. A slow test states its own limit.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['scripts/workspace/typed-arrays.mjs'],
    // Native and wasm backends keep global state: a process per file.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
