import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { tensorflowBackend } from '@convzoo/backend-tfjs/tensorflow';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const loaders = { tensorflow: tensorflowBackend, wasm: wasmBackend, cpu: cpuBackend };
export type BackendName = keyof typeof loaders;

/** Runs a suite on each backend. Where the native addon is missing, its suite is skipped in one line that says why. */
export async function onBackends(
  title: string,
  suite: (backend: TfjsBackend) => void,
  names: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'],
): Promise<void> {
  for (const name of names) {
    try {
      const backend = await loaders[name]();
      describe(`${title} on ${name}`, () => {
        beforeEach(() => backend.activate());
        suite(backend);
      });
    } catch (error) {
      if (name !== 'tensorflow') throw error;
      it.skip(`${title} on ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Fails a test of the current suite that leaves tensors behind. */
export function checkThatTensorsAreFreed(): void {
  let before = 0;
  beforeEach(() => {
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(before);
  });
}
