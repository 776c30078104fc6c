import { webglBackend } from '@convzoo/backend-tfjs/webgl';
import { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import type { LoadedBackend } from '../loaded-backend.js';

const NAME = 'webgl';

export async function load(): Promise<LoadedBackend> {
  // It was taken off when its context was lost.
  if (tf.findBackendFactory(NAME) === null) tf.registerBackend(NAME, () => new MathBackendWebGL(), 2);
  const backend = await webglBackend();
  const own = tf.findBackend(NAME) as MathBackendWebGL;
  return {
    backend,
    // A lost context answers with zeros, not with errors.
    isLost: () => own.gpgpu.gl.isContextLost(),
    tensors: () => tf.memory().numTensors,
    dispose: async () => tf.removeBackend(NAME),
  };
}
