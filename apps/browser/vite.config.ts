import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { contentSecurityPolicy } from './build/content-security-policy.js';
import { scriptPackages } from './build/script-packages.js';
import { OPTIONAL, SERVICE_WORKER, serviceWorker } from './build/service-worker.js';
import { isolation } from './serve/headers.mjs';

// The sources of the other packages are compiled, as in the tests: no build of theirs is needed, in development or here.
const conditions = ['source', 'module', 'browser', 'development|production'];

/** What only those download who use it: tfjs, and HDF5 for Keras's files. */
const isOptional = (file: string): boolean => /node_modules\/(@tensorflow|h5wasm)\//.test(file);

const fileNames = {
  chunkFileNames: ({ moduleIds }: { moduleIds: string[] }) =>
    `${moduleIds.some(isOptional) ? OPTIONAL : 'assets'}/[name]-[hash].js`,
  assetFileNames: ({ originalFileNames }: { originalFileNames: string[] }) =>
    `${originalFileNames.some(isOptional) ? OPTIONAL : 'assets'}/[name]-[hash][extname]`,
};

/**
 * What the first visit needs, in one file each for page and worker: whatever several pages share would else be a file of its
 * own, and each costs a request and packs worse on its own (in all 13 kB of 250).
 */
const firstPage = { groups: [{ name: 'classify', test: /src\/(design|pages\/classify)\// }] };
const firstNetwork = {
  groups: [
    { name: 'network', test: /packages\/(layers|runtime)\/src\/|compute\/networks\/guesses|pages\/classify\/service/ },
  ],
};

export default defineConfig({
  root: 'src',
  // Every address is relative, so the page runs wherever it is put.
  base: './',
  resolve: { conditions },
  plugins: [svelte({ configFile: '../svelte.config.js' }), contentSecurityPolicy(), serviceWorker()],
  worker: {
    format: 'es',
    plugins: () => [scriptPackages()],
    rolldownOptions: { output: { ...fileNames, codeSplitting: firstNetwork } },
  },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // A file that became part of a script would not be cached on its own, and the policy forbids data: in fetch.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'src/index.html', 'service-worker': 'src/service-worker/service-worker.ts' },
      output: {
        ...fileNames,
        codeSplitting: firstPage,
        entryFileNames: ({ name }) => (name === 'service-worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js'),
      },
    },
  },
});
