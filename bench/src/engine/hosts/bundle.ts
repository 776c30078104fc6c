import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const { resolve } = createRequire(import.meta.url);

/** Folders of WebAssembly that pages fetch, by the path that the runtimes name. */
export const assets: Readonly<Record<string, string>> = {
  tfjs: dirname(resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm')),
  ort: dirname(resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
  litert: fileURLToPath(new URL('../wasm/', import.meta.resolve('@litertjs/core'))),
};

const forPages = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'error',
} as const;

/**
 * The page and the worker of the engine, for browsers, into a folder.
 *
 * @returns bytes of the engine alone with its worker, as a page loads it, compressed by gzip
 */
export async function bundlePage(folder: string): Promise<number> {
  const engine = dirname(fileURLToPath(import.meta.resolve('@convzoo/engine')));
  await build({
    entryPoints: {
      page: fileURLToPath(new URL('../cells/page.js', import.meta.url)),
      // The engine asks for it beside itself.
      'worker.browser': join(engine, 'threads/worker.browser.js'),
    },
    ...forPages,
    outdir: folder,
    splitting: true,
    // onnxruntime-web with its WebAssembly beside it, not inside.
    conditions: ['onnxruntime-web-use-extern-wasm'],
  });
  const { outputFiles } = await build({
    entryPoints: [join(engine, 'index.js'), join(engine, 'threads/worker.browser.js')],
    ...forPages,
    outdir: folder,
    write: false,
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}
