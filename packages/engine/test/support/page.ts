// What a page does in pages.test.ts.
import { filled, filledParameters } from '../../../backend-tfjs/test/support/arrays.js';
import { availableThreads, engineBackend } from '../../src/index.js';
import type { Instructions } from '../../src/kernels/arithmetic.js';
import { networkOf } from './graphs.js';

/** What came of it, as it can be handed from the page to the test. */
export type Outcome =
  | { readonly description: string; readonly bits: readonly number[]; readonly available: number }
  | { readonly code: string; readonly message: string; readonly available: number };

/** Computes a small network on so many threads. */
async function compute(threads: number, instructions?: Instructions): Promise<Outcome> {
  const available = availableThreads().threads;
  try {
    const arithmetic =
      instructions === undefined ? undefined : ({ instructions, rows: 4, vectors: 2, unroll: 1 } as const);
    await using backend = await engineBackend({ threads, arithmetic });
    const graph = networkOf(['residual', 'inverted', 'squeeze', 'normed'], [21, 18, 17]);
    await using session = await backend.prepare(graph, filledParameters(graph));
    const { output } = await session.run(filled([2, 21, 18, 3], 5));
    return { description: backend.description, bits: [...new Uint32Array(output.data.buffer)], available };
  } catch (error) {
    const { code = 'none', message } = error as Error & { code?: string };
    return { code, message, available };
  }
}

export interface EnginePage {
  readonly compute: typeof compute;
}

Object.assign(globalThis, { enginePage: { compute } satisfies EnginePage });
