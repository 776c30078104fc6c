import type { PlainError } from '../../errors/plain-error.js';

/** From the page to a service. */
export type Request =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly kind: 'abort'; readonly id: number };

/** From a service to the page. */
export type Reply =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'progress'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: PlainError };

/** What a method of a service gets beside its input. */
export interface Call<Progress = never> {
  /** Aborted when the page no longer wants the answer. */
  readonly signal: AbortSignal;
  /** Tells the page how far it is. */
  progress(value: Progress): void;
}

export interface CallOptions<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((value: Progress) => void) | undefined;
  /** Moved to the worker, not copied; of no more use here afterwards. */
  readonly transfer?: readonly Transferable[] | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: only so do methods of every input and progress fit.
type AnyMethod = (input: any, call: Call<any>) => unknown;

/** A service: methods of one structured-cloneable input. An object literal of them is one. */
export type Service = Readonly<Record<string, AnyMethod>>;

/** A service as the page sees it: the same methods, each a promise, with progress and a signal. */
export type Client<S> = {
  readonly [Name in keyof S]: S[Name] extends () => infer Output
    ? (input?: undefined, options?: CallOptions<never>) => Promise<Awaited<Output>>
    : S[Name] extends (input: infer Input, call: Call<infer Progress>) => infer Output
      ? (input: Input, options?: CallOptions<Progress>) => Promise<Awaited<Output>>
      : never;
};

/** The part of a MessagePort and of a Worker that calls need. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

const transfers = new WeakMap<object, readonly Transferable[]>();

/** Marks what a method returns: these buffers are moved to the page, not copied. */
export function transferring<T extends object>(value: T, buffers: readonly Transferable[]): T {
  transfers.set(value, buffers);
  return value;
}

export const transfersOf = (value: unknown): Transferable[] =>
  typeof value === 'object' && value !== null ? [...(transfers.get(value) ?? [])] : [];
