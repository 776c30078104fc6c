import { RuntimeError } from '@convzoo/runtime';
import { OnnxBackend } from './backend.js';
import type { OrtSessionOptions } from './library.js';

export interface OrtWebOptions {
  /** Threads of one run; 1 by default. More need a page that is cross-origin isolated. */
  readonly threads?: number | undefined;
  /**
   * URL prefix of `ort-wasm-simd-threaded.wasm` and its `.mjs`, which lie in the `dist` folder of `onnxruntime-web`. Bundlers
   * that know `new URL(..., import.meta.url)` find them without it.
   */
  readonly wasmPath?: string;
  /** Options of onnxruntime that go over those chosen here. */
  readonly session?: OrtSessionOptions;
}

/**
 * onnxruntime in WebAssembly through `onnxruntime-web`, for pages. Optional: where the package is missing or does not start
 * this throws and says what to do. onnxruntime reads threads and path once, so the first backend of a page decides both.
 *
 * @throws RuntimeError `backend-unavailable`
 */
export async function ortWebBackend({ threads = 1, wasmPath, session }: OrtWebOptions = {}): Promise<OnnxBackend> {
  if (threads > 1 && !globalThis.crossOriginIsolated) {
    throw new RuntimeError(
      'backend-unavailable',
      `onnxruntime-web cannot have ${threads} threads: the page is not cross-origin isolated. ` +
        'Serve it with COOP: same-origin and COEP: require-corp, or use 1 thread.',
    );
  }
  const library = await loadLibrary();
  library.env.wasm.numThreads = threads;
  if (wasmPath !== undefined) library.env.wasm.wasmPaths = wasmPath;
  const { web = '', common } = library.env.versions;
  const description = `onnxruntime-web ${web || common}, WebAssembly, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
  return new OnnxBackend(library, description, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...session,
  });
}

async function loadLibrary(): Promise<typeof import('onnxruntime-web/wasm')> {
  try {
    // The build for WebAssembly alone: without WebGPU and WebNN it is half the size.
    return await import('onnxruntime-web/wasm');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RuntimeError(
      'backend-unavailable',
      `onnxruntime-web does not load (${reason.split('\n')[0]}). Run "npm install onnxruntime-web", or use the engine.`,
      { cause },
    );
  }
}
