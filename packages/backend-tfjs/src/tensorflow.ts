import { createRequire } from 'node:module';
import { RuntimeError } from '@convzoo/runtime';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend, type TfjsBackend } from './backend.js';
import { nativeKernels } from './kernels/native/index.js';

/**
 * TensorFlow's C library through `@tensorflow/tfjs-node`, in Node. Optional: where the package or its addon is missing
 * this throws and says what to do.
 *
 * @throws RuntimeError `backend-unavailable`
 */
export async function tensorflowBackend(): Promise<TfjsBackend> {
  await loadAddon();
  return startBackend({
    name: 'tensorflow',
    description: `TensorFlow (tfjs-node ${tf.version_core}), native`,
    kernels: nativeKernels,
  });
}

async function loadAddon(): Promise<void> {
  // Node 23 removed a function that tfjs-node 4.22 calls on its first op (tfjs#8609); put it back before it is needed.
  const util = createRequire(import.meta.url)('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  // TensorFlow and tfjs both write notices to standard error on load; they are not for the user of a command.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const warn = console.warn;
  console.warn = () => {};
  try {
    await import('@tensorflow/tfjs-node');
  } catch (error) {
    throw new RuntimeError(
      'backend-unavailable',
      `${whyNot(error)} Run "pnpm native" in a checkout of convzoo, or use wasm.`,
      {
        cause: error,
      },
    );
  } finally {
    console.warn = warn;
  }
}

function whyNot(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/Cannot find (package|module) '@tensorflow\/tfjs-node'/.test(message))
    return '@tensorflow/tfjs-node is not installed.';
  if (/native addon module|tfjs_binding/.test(message))
    return '@tensorflow/tfjs-node is installed without its native addon.';
  return `@tensorflow/tfjs-node does not load (${message.split('\n')[0]}).`;
}
