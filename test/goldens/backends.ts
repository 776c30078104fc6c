import { tensorflowBackend } from '@convzoo/backend-tfjs/tensorflow';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { engineBackend } from '@convzoo/engine';
import type { Backend } from '@convzoo/runtime';
import { ortBackend } from '../../packages/backend-onnx/src/node.js';

/** A backend that the records run on, or the reason why they do not. */
export type GoldenBackend =
  | {
      readonly name: string;
      readonly backend: Backend;
      readonly runs: Extent;
      readonly skipped?: never;
    }
  | { readonly name: string; readonly backend?: never; readonly runs?: never; readonly skipped: string };

/** The records that a backend runs: all, none of the large networks of a family but the cheapest, or only that. */
export type Extent = 'all' | 'small' | 'cheapest';

/** `CONVZOO_FULL` asks for every backend; otherwise the fastest that is there stands for the others. */
export const full = (process.env['CONVZOO_FULL'] ?? '') !== '';

async function native(): Promise<GoldenBackend> {
  try {
    return { name: 'tensorflow', backend: await tensorflowBackend(), runs: 'all' };
  } catch (error) {
    return { name: 'tensorflow', skipped: error instanceof Error ? error.message : String(error) };
  }
}

async function portable(isAlone: boolean): Promise<GoldenBackend> {
  if (!full && !isAlone) {
    return {
      name: 'wasm',
      skipped: 'each record runs on tensorflow alone; CONVZOO_FULL=1 runs those of small networks on wasm too',
    };
  }
  // It compiles as tensorflow does, so large networks tell nothing new of it, and take it as long as all others.
  return { name: 'wasm', backend: await wasmBackend(), runs: isAlone ? 'all' : 'small' };
}

async function onnx(): Promise<GoldenBackend> {
  try {
    return { name: 'ort', backend: await ortBackend(), runs: full ? 'all' : 'cheapest' };
  } catch (error) {
    return { name: 'ort', skipped: error instanceof Error ? error.message : String(error) };
  }
}

/** The engine as it is here; variants.test.ts forces its kernels. */
const engine: GoldenBackend = {
  name: 'engine',
  backend: await engineBackend({ threads: 2 }),
  runs: full ? 'all' : 'cheapest',
};

const tensorflow = await native();
export const goldenBackends: readonly GoldenBackend[] = [
  tensorflow,
  await portable(tensorflow.skipped !== undefined),
  engine,
  await onnx(),
];
