/** Everything that can run a network here, in the order in which it is offered. */
export const backendNames = ['engine', 'webgpu', 'webgl', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

export const isBackendName = (text: string): text is BackendName => backendNames.some((name) => name === text);

/** What the user wants: one by name, or `auto`. */
export interface BackendWish {
  readonly backend: BackendName | 'auto';
  /** Threads of the engine; as many as there are by default. */
  readonly threads?: number | undefined;
}

/** A backend as it can be asked for: only the engine has threads. */
export interface Candidate {
  readonly backend: BackendName;
  readonly threads: number;
}

/** What a trial found out about a candidate. */
export interface Measurement extends Candidate {
  /** The least of some runs; undefined where it could not run. */
  readonly milliseconds: number | undefined;
  /** Why it could not run. */
  readonly problem: string | undefined;
}

/** Why a backend was taken. */
export type BackendReason =
  | { readonly kind: 'asked' }
  /** The fastest of those that were measured on this network, here. */
  | { readonly kind: 'fastest'; readonly measured: readonly Measurement[] }
  /** A large network: all threads of the engine, since a trial would cost more than it saves. */
  | { readonly kind: 'large' }
  /** Another one was lost or is not there. */
  | { readonly kind: 'instead'; readonly of: BackendName; readonly problem: string };

/** A backend that ran a network. */
export interface BackendInfo extends Candidate {
  readonly description: string;
  /** Tensors that tfjs holds after the run, so that a leak shows; undefined for the engine. */
  readonly tensors: number | undefined;
  readonly reason: BackendReason;
}
