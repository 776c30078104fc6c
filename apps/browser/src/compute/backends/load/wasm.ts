import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import type { LoadedBackend } from '../loaded-backend.js';

export async function load(): Promise<LoadedBackend> {
  // Its threads are workers made of text, which the policy of the page forbids; and it takes half of the processors at most.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const urlOf = (url: string): string => new URL(url, self.location.href).href;
  setWasmPaths({
    'tfjs-backend-wasm.wasm': urlOf(plain),
    'tfjs-backend-wasm-simd.wasm': urlOf(simd),
    'tfjs-backend-wasm-threaded-simd.wasm': urlOf(threaded),
  });
  return {
    backend: await wasmBackend(),
    isLost: () => false,
    tensors: () => tf.memory().numTensors,
    dispose: async () => {},
  };
}
