import '@tensorflow/tfjs-backend-webgpu';
import { startBackend, type TfjsBackend } from './backend.js';
import { portableKernels } from './kernels/portable/index.js';

/** The graphics card through WebGPU, in browsers that have it. */
export function webgpuBackend(): Promise<TfjsBackend> {
  return startBackend({ name: 'webgpu', description: 'tfjs webgpu', kernels: portableKernels });
}
