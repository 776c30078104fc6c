import '@tensorflow/tfjs-backend-cpu';
import { startBackend, type TfjsBackend } from './backend.js';
import { portableKernels } from './kernels/portable/index.js';

/** Plain JavaScript: no SIMD, no threads. It is everywhere and slow; a reference for the others. */
export function cpuBackend(): Promise<TfjsBackend> {
  return startBackend({ name: 'cpu', description: 'tfjs cpu, plain JavaScript', kernels: portableKernels });
}
