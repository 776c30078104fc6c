import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend, type TfjsBackend } from './backend.js';
import type { Kernels } from './kernels/kernels.js';
import { portableKernels } from './kernels/portable/index.js';

export interface WasmOptions {
  /** Folder or URL prefix of the `.wasm` files. Node finds those of its own package; a page has to say where they lie. */
  readonly wasmPath?: string;
}

const wasmKernels: Kernels = {
  ...portableKernels,
  // tfjs-wasm copies an array to its own memory at once.
  upload: ({ data, shape }) => tf.tensor(data, [...shape], 'float32'),
  // Its mean transposes the map first and adds without SIMD; XNNPACK's pool takes a ninth of the time on 7x7x2048.
  globalAvgPool: (x) => {
    const [batch, height, width, channels] = x.shape;
    return tf.tidy(() => tf.reshape(tf.avgPool(x, [height, width], 1, 'valid'), [batch, channels]));
  },
};

/** XNNPACK in WebAssembly: the default, with SIMD where the engine has it. In Node it has one thread (tfjs#3830). */
export async function wasmBackend({ wasmPath }: WasmOptions = {}): Promise<TfjsBackend> {
  if (wasmPath !== undefined) setWasmPaths(wasmPath);
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const threads = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  const description = `tfjs wasm (XNNPACK), ${simd ? 'SIMD' : 'no SIMD'}, ${threads ? 'threads' : 'one thread'}`;
  return startBackend({ name: 'wasm', description, kernels: wasmKernels });
}
