import type { Family } from '@convzoo/zoo';

/** A network of the zoo on the engine, one thread, batch 1. Times are milliseconds. */
export interface NetworkTime {
  readonly model: string;
  readonly family: Family;
  /** Height, width, channels. */
  readonly input: readonly number[];
  /** Multiply-accumulates for one picture, by the project's own convention. */
  readonly macs: number;
  readonly parameterBytes: number;
  readonly load: number;
  readonly first: number;
  readonly median: number;
  readonly min: number;
  readonly runs: number;
  readonly peakMemory: number;
  /** Processors that others took while it ran; absent where nobody can tell. */
  readonly others?: number | undefined;
}

/** One layer of a network, least of several runs. */
export interface LayerTime {
  readonly model: string;
  readonly path: string;
  readonly op: string;
  readonly kernel: string;
  /** Of its result. */
  readonly shape: readonly number[];
  /** As the definition counts them. */
  readonly macs: number;
  /** Multiplications that its method does: Winograd and Strassen need fewer. */
  readonly multiplications: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly milliseconds: number;
}

/** What this machine reaches on one thread, in the runtime that the engine has. */
export interface Peaks {
  /** Multiply-adds a second of vectors in registers alone. */
  readonly multiplicationsPerSecond: number;
  /** Weights that are read once, and no cache holds. */
  readonly weightBytesPerSecond: number;
  /** Maps that no cache holds, read and written by a sum. */
  readonly activationBytesPerSecond: number;
  /** Multiplications a second of each kernel in a layer that suits it, for comparison. */
  readonly byKernel: Readonly<Record<string, number>>;
}

export type Request =
  | { readonly kind: 'network'; readonly model: string; readonly runs: number; readonly seconds: number }
  | { readonly kind: 'layers'; readonly model: string; readonly runs: number }
  | { readonly kind: 'peaks' };

export type Reply =
  | { readonly kind: 'network'; readonly result: Omit<NetworkTime, 'others'> }
  | { readonly kind: 'layers'; readonly result: readonly LayerTime[] }
  | { readonly kind: 'peaks'; readonly result: Peaks }
  | { readonly kind: 'failed'; readonly message: string };
