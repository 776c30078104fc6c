import { cpuBackend } from '../../src/cpu.js';
import type { TfjsBackend } from '../../src/index.js';
import { tensorflowBackend } from '../../src/tensorflow.js';
import { wasmBackend } from '../../src/wasm.js';

/** The backends that run in Node. */
const backends: { readonly [name: string]: () => Promise<TfjsBackend> } = {
  cpu: cpuBackend,
  wasm: wasmBackend,
  tensorflow: tensorflowBackend,
};

export interface BackendUnderTest {
  readonly name: string;
  /** Undefined where it is not there. */
  readonly backend: TfjsBackend | undefined;
  /** Why it is not there, for the one line of a skipped test. */
  readonly reason: string;
}

async function load(name: string, start: () => Promise<TfjsBackend>): Promise<BackendUnderTest> {
  try {
    return { name, backend: await start(), reason: '' };
  } catch (error) {
    // Only the native backend may be missing.
    if (name !== 'tensorflow') throw error;
    return { name, backend: undefined, reason: `no native backend: ${(error as Error).message}` };
  }
}

/** Every backend of Node, those that are missing with the reason. */
export const backendsUnderTest: readonly BackendUnderTest[] = await Promise.all(
  Object.entries(backends).map(([name, start]) => load(name, start)),
);
