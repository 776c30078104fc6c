import { createRequire } from 'node:module';
import type * as Core from '@tensorflow/tfjs-core';
import { foldedNetwork, type Network } from '../network.js';
import { handWrittenTfjs } from './hand-tfjs.js';
import { loader } from './runtime.js';

/** TensorFlow's C library through tfjs-node; how many threads it has is told it by the environment. */
export const tfjsNode = loader<Network>({
  source: async ({ model }) => foldedNetwork(model),
  async load({ batch, threads }, network) {
    const util = createRequire(import.meta.url)('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
    // Node 23 removed it, tfjs-node 4.22 calls it.
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof Core;
    await tf.ready();
    const run = handWrittenTfjs(tf, network, batch);
    const description = `tfjs-node ${tf.version_core}, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
    return { description, run: async (input) => run(input) };
  },
});
