import { tensorflowBackend } from '@convzoo/backend-tfjs/tensorflow';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { engineBackend } from '@convzoo/engine';
import type { Backend } from '@convzoo/runtime';
import { ortBackend } from '../../packages/backend-onnx/src/node.js';
import { nameOf, variants } from '../../packages/engine/test/support/variants.js';

/** A backend that the records run on, or the reason why they do not. */
export type GoldenBackend =
  | {
      readonly name: string;
      readonly backend: Backend;
      /** Only the smallest record of each family; of each so many families one, from the `first` on. */
      readonly sample: boolean | { readonly first: number; readonly step: number };
      readonly skipped?: never;
    }
  | { readonly name: string; readonly backend?: never; readonly sample?: never; readonly skipped: string };

/** `CONVZOO_FULL` asks for every backend; otherwise the fastest that is there stands for the others. */
export const full = (process.env['CONVZOO_FULL'] ?? '') !== '';

async function native(): Promise<GoldenBackend> {
  try {
    return { name: 'tensorflow', backend: await tensorflowBackend(), sample: false };
  } catch (error) {
    return { name: 'tensorflow', skipped: error instanceof Error ? error.message : String(error) };
  }
}

async function portable(isAlone: boolean): Promise<GoldenBackend> {
  if (!full && !isAlone) {
    return { name: 'wasm', skipped: 'each record runs on tensorflow alone; CONVZOO_FULL=1 runs all on wasm too' };
  }
  return { name: 'wasm', backend: await wasmBackend(), sample: false };
}

async function onnx(): Promise<GoldenBackend> {
  try {
    return { name: 'ort', backend: await ortBackend(), sample: !full };
  } catch (error) {
    return { name: 'ort', skipped: error instanceof Error ? error.message : String(error) };
  }
}

/** All kernels of the engine, small records first; its own tests look at each kernel (packages/engine/test). */
const engine: GoldenBackend = { name: 'engine', backend: await engineBackend({ threads: 2 }), sample: !full };

/** A variant of its kernels; a backend for each network, since twelve would hold the memory of the largest each. */
const forced = (arithmetic: (typeof variants)[number], index: number): GoldenBackend => {
  const name = `engine: ${nameOf(arithmetic)}`;
  const backend: Backend = {
    name,
    description: name,
    unsupported: () => [],
    prepare: async (...args) => (await engineBackend({ arithmetic })).prepare(...args),
  };
  // Every variant on every family would take longer than everything else; the engine's own tests force each on each kernel.
  return { name, backend, sample: { first: index, step: variants.length } };
};

const tensorflow = await native();
export const goldenBackends: readonly GoldenBackend[] = [
  tensorflow,
  await portable(tensorflow.skipped !== undefined),
  engine,
  await onnx(),
  ...(full ? variants.map(forced) : []),
];
