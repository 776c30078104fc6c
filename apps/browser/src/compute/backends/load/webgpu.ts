import { webgpuBackend } from '@convzoo/backend-tfjs/webgpu';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { AppError } from '../../../errors/app-error.js';
import type { LoadedBackend } from '../loaded-backend.js';

const NAME = 'webgpu';

export async function load(): Promise<LoadedBackend> {
  if (!('gpu' in navigator)) throw new AppError('backend-unavailable', 'This browser has no WebGPU.');
  const backend = await webgpuBackend();
  let lost = false;
  const { device } = tf.findBackend(NAME) as WebGPUBackend;
  void device.lost.then(() => {
    lost = true;
  });
  return {
    backend,
    isLost: () => lost,
    tensors: () => tf.memory().numTensors,
    dispose: async () => tf.removeBackend(NAME),
  };
}
