import type { JsonObject } from '@convzoo/layers';

/** A node of an op from outside: what its own rules said of it, since they stay where they ran. */
export interface CustomNode {
  readonly name: string;
  /** Inputs, values and parameters, as JSON. */
  readonly of: string;
  readonly shape: readonly number[];
  readonly macs: number;
}

/** Why a script gave no network. Each has words in `strings/build.ts`. */
export type ScriptProblemKind =
  | 'syntax'
  | 'throws'
  | 'no-default-export'
  | 'not-a-graph'
  | 'unknown-import'
  | 'too-long'
  | 'too-much-memory'
  | 'too-large';

export interface ScriptProblem {
  readonly kind: ScriptProblemKind;
  /** What the program or the builder said, in English. */
  readonly message: string;
  /** In the TypeScript, from 1; undefined where no line is at fault. */
  readonly line: number | undefined;
}

export type ScriptResult =
  | { readonly graph: JsonObject; readonly customs: readonly CustomNode[]; readonly milliseconds: number }
  | { readonly problem: ScriptProblem };
