import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findChromium } from './scripts/browser/find.mjs';

const executablePath = await findChromium();

// Sources are tested, as in vitest.config.ts, but with the browser's side of each package.
const conditions = ['source', 'module', 'browser', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  // With these headers a page is cross-origin isolated, as the app's is: shared memory for threads.
  server: {
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
  // It finds its own files by its address.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  test: {
    // Files that run in Node too, word for word.
    include: [
      'packages/preprocessing/test/vectors.test.ts',
      'packages/preprocessing/test/augment-goldens.test.ts',
      'packages/preprocessing/test/datasets-anywhere.test.ts',
      'packages/engine/test/{detect,half,kernels,ops,session,vectors,weights}.test.ts',
      'packages/backend-onnx/test/web.test.ts',
      'test/goldens/variants.test.ts',
    ],
    testTimeout: 30_000,
    setupFiles: ['scripts/workspace/typed-arrays.mjs'],
    // A page has no environment of its own; there it is in import.meta.env.
    env: { CONVZOO_FULL: process.env['CONVZOO_FULL'] ?? '' },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          ...(executablePath === undefined ? {} : { executablePath }),
          // Containers run as root and have no sandbox of their own to nest; nothing foreign is loaded.
          args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
