import { tensorflowBackend } from '@convzoo/backend-tfjs/tensorflow';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import type { Backend } from '@convzoo/runtime';

/** A backend that the records run on, or the reason why they do not. */
export type GoldenBackend =
  | { readonly name: string; readonly backend: Backend; readonly skipped?: never }
  | { readonly name: string; readonly backend?: never; readonly skipped: string };

/** `CONVZOO_FULL` asks for every backend; otherwise the fastest that is there stands for the others. */
export const full = (process.env['CONVZOO_FULL'] ?? '') !== '';

async function native(): Promise<GoldenBackend> {
  try {
    return { name: 'tensorflow', backend: await tensorflowBackend() };
  } catch (error) {
    return { name: 'tensorflow', skipped: error instanceof Error ? error.message : String(error) };
  }
}

async function portable(isAlone: boolean): Promise<GoldenBackend> {
  if (!full && !isAlone) {
    return { name: 'wasm', skipped: 'each record runs on tensorflow alone; CONVZOO_FULL=1 runs all on wasm too' };
  }
  return { name: 'wasm', backend: await wasmBackend() };
}

const tensorflow = await native();
export const goldenBackends: readonly GoldenBackend[] = [tensorflow, await portable(tensorflow.skipped !== undefined)];
