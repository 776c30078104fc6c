import type { InputKind, InputLayout } from '@convzoo/weights/golden';

/**
 * Whose network a record is of, and so whose names and layouts its parameters have. `torch` is a module of one's own, which
 * no framework publishes.
 */
export type RecordFramework = 'torchvision' | 'timm' | 'keras' | 'torch';

export const RECORD_FRAMEWORKS: readonly RecordFramework[] = ['torchvision', 'timm', 'keras', 'torch'];

/** Names and shapes of the filled arrays of a network, in the framework's spelling and layout. */
export type GoldenKeys = readonly (readonly [name: string, shape: readonly number[]])[];

/** An intermediate result of a record, for the whole batch. */
export interface GoldenTap {
  /** Module of torch or layer of Keras. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  /** Share of exact zeros, to three decimals. */
  readonly zeros: number;
  /** Flat indices in that shape, and the values there. */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

export interface GoldenInput {
  /** `[2, ...]` in the order of `layout`. */
  readonly shape: readonly number[];
  readonly layout: InputLayout;
  readonly kind: InputKind;
  /** The path that it is filled by; `input` where the record says nothing. */
  readonly path: string;
}

export type ArgumentValue = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** What a network answers on parameters and an input that are filled by the rule of docs/parity.md. */
export interface GoldenRecord {
  readonly case: string;
  readonly framework: RecordFramework;
  readonly model: string;
  /** Arguments of the constructor. */
  readonly args: Readonly<Record<string, ArgumentValue>>;
  readonly input: GoldenInput;
  /** Parameters: torch's without buffers, Keras's `count_params()`, which has the moving statistics. */
  readonly params: number | undefined;
  /** The epsilons of BatchNorm that occur. */
  readonly bnEps: readonly number[] | undefined;
  /** Power of 4 of each BatchNorm's variance, by the layer's name; 0 where absent. */
  readonly bnLog4: Readonly<Record<string, number>>;
  /** The logits of item 0. */
  readonly logits0: readonly number[];
  /** Item 1: the first 16, and sums over all. */
  readonly logits1: { readonly first16: readonly number[]; readonly sum: number; readonly sumsq: number };
  readonly taps: readonly GoldenTap[];
  readonly keys: GoldenKeys | undefined;
}
