import { availableParallelism } from 'node:os';
import { RuntimeError } from '@convzoo/runtime';
import { OnnxBackend } from './backend.js';
import type { OrtLibrary, OrtSessionOptions } from './library.js';
import { profileKernels } from './node/profile.js';

export interface OrtOptions {
  /** Threads of one run; as many as there are processors by default. */
  readonly threads?: number | undefined;
  /** Options of onnxruntime that go over those chosen here. */
  readonly session?: OrtSessionOptions;
}

/**
 * onnxruntime's native library through `onnxruntime-node`. Optional: where the package is missing or does not load this throws
 * and says what to do.
 *
 * @throws RuntimeError `backend-unavailable`
 */
export async function ortBackend({ threads = availableParallelism(), session }: OrtOptions = {}): Promise<OnnxBackend> {
  const { library, version } = await loadLibrary();
  const description = `onnxruntime-node ${version}, native, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
  return new OnnxBackend(library, description, { ...fastestOnCpu(threads), ...session }, profileKernels);
}

/** docs/backend-onnx.md has what was measured. */
const fastestOnCpu = (threads: number): OrtSessionOptions => ({
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // A pattern is a second block beside those that the first run took, for each batch size: more memory, and no time is gained.
  enableMemPattern: false,
  // Its warnings about graphs go to standard error; they are not for the user of a command.
  logSeverityLevel: 3,
});

interface Loaded {
  readonly library: OrtLibrary;
  readonly version: string;
}

async function loadLibrary(): Promise<Loaded> {
  try {
    const library = await import('onnxruntime-node');
    return { library, version: library.env.versions.node ?? library.env.versions.common };
  } catch (error) {
    throw new RuntimeError(
      'backend-unavailable',
      `${whyNot(error)} Run "npm install onnxruntime-node", with ONNXRUNTIME_NODE_INSTALL=skip in the environment so that ` +
        'it downloads no CUDA; or use the engine.',
      { cause: error },
    );
  }
}

function whyNot(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/Cannot find (package|module) 'onnxruntime-node'/.test(message)) return 'onnxruntime-node is not installed.';
  if (/onnxruntime_binding\.node/.test(message)) {
    return `onnxruntime-node has no library for ${process.platform} on ${process.arch}.`;
  }
  return `onnxruntime-node does not load (${message.split('\n')[0]}).`;
}
