/** Who computes: a backend of ours or another library. */
export interface Contender {
  readonly name: string;
  readonly backend: 'engine' | 'wasm' | 'tensorflow';
  /** Processors that it may use. */
  readonly threads: number;
  /** Options of Node. */
  readonly flags?: readonly string[];
}

/** A network on a contender: one process. */
export interface Cell {
  readonly model: string;
  readonly batch: number;
  readonly contender: Contender;
}

export type Request = { readonly kind: 'load'; readonly cell: Cell } | { readonly kind: 'run'; readonly runs: number };

/** Times are milliseconds, memory is bytes. */
export type Reply =
  | {
      readonly kind: 'loaded';
      readonly description: string;
      /** Making the backend, and preparing the network with its weights in memory. */
      readonly load: number;
      readonly first: number;
    }
  | { readonly kind: 'ran'; readonly times: readonly number[]; readonly peakMemory: number }
  | { readonly kind: 'failed'; readonly message: string };
