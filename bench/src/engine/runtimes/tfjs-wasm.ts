import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { foldedNetwork, type Network } from '../network.js';
import type { Task } from '../protocol.js';
import { handWrittenTfjs } from './hand-tfjs.js';
import { type Loader, loader } from './runtime.js';

/**
 * tfjs-wasm without anything of ours between. With two threads its host must pretend 4 processors: it takes at most half of
 * those it sees.
 *
 * @param where what the host has to do first; `wasmPath` is the folder of the `.wasm` files in a page
 */
export function tfjsWasm(where: { readonly wasmPath?: string; start?(threads: number): Promise<void> } = {}): Loader {
  return loader<Network>({
    source: async ({ model }) => foldedNetwork(model),
    async load({ batch, threads }: Task, network) {
      await where.start?.(threads);
      if (where.wasmPath !== undefined) setWasmPaths(where.wasmPath);
      if (threads > 1) setThreadsCount(threads);
      else tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      await tf.setBackend('wasm');
      await tf.ready();
      const run = handWrittenTfjs(tf, network, batch);
      const used = tf.env().getBool('WASM_HAS_MULTITHREAD_SUPPORT') ? `${threads} threads` : '1 thread';
      return { description: `tfjs-core ${tf.version_core}, wasm, ${used}`, run: async (input) => run(input) };
    },
  });
}
