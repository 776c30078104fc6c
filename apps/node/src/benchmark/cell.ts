import type { Json } from '@convzoo/layers';

/** What is measured: a network on a backend. */
export interface CellSpec {
  readonly model: string;
  readonly backend: string;
  /** Threads of the engine; others have their own. */
  readonly threads: number | undefined;
  readonly batch: number;
}

/** To the process of a cell. */
export type CellRequest =
  | { readonly kind: 'load'; readonly spec: CellSpec; readonly graph?: Json | undefined }
  | { readonly kind: 'run'; readonly runs: number };

/** From the process of a cell. Times are milliseconds. */
export type CellReply =
  | { readonly kind: 'loaded'; readonly start: number; readonly first: number }
  | { readonly kind: 'ran'; readonly times: readonly number[]; readonly peakMemory: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** A row of the result; times in milliseconds, memory in bytes of the process. */
export interface BenchRow extends CellSpec {
  /** From nothing to the first answer: the library, the packing, the first run. */
  readonly start: number;
  /** The first run, which packs and compiles. */
  readonly first: number;
  readonly median: number;
  readonly min: number;
  readonly peakMemory: number;
  /** Joules a run, of the whole processor package, where they were asked for. */
  readonly energy?: number;
}

/** A cell that could not be measured. */
export interface FailedRow extends CellSpec {
  readonly error: { readonly code: string; readonly message: string };
}

export const failed = (row: BenchRow | FailedRow): row is FailedRow => 'error' in row;
