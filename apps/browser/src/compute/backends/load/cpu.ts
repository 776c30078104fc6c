import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { LoadedBackend } from '../loaded-backend.js';

export async function load(): Promise<LoadedBackend> {
  return {
    backend: await cpuBackend(),
    isLost: () => false,
    tensors: () => tf.memory().numTensors,
    dispose: async () => {},
  };
}
