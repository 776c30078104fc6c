import '@tensorflow/tfjs-backend-webgl';
import { startBackend, type TfjsBackend } from './backend.js';
import { portableKernels } from './kernels/portable/index.js';

/** The graphics card through WebGL, in browsers. */
export function webglBackend(): Promise<TfjsBackend> {
  return startBackend({ name: 'webgl', description: 'tfjs webgl', kernels: portableKernels });
}
