import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend, type TfjsBackend } from './backend.js';
import { portableKernels } from './kernels/portable/index.js';

/** Plain JavaScript: no SIMD, no threads. It is everywhere and slow; a reference for the others. */
export async function cpuBackend(): Promise<TfjsBackend> {
  const backend = await startBackend({
    name: 'cpu',
    description: 'tfjs cpu, plain JavaScript',
    kernels: portableKernels,
  });
  // Before its first tensor in Node it would write to the console that another backend is faster.
  const engine = tf.findBackend('cpu') as unknown as { firstUse: boolean };
  engine.firstUse = false;
  return backend;
}
