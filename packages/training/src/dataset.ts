/** Labelled examples that can be asked for by index. Filling must depend on index and epoch only, never on the order. */
export interface Dataset {
  /** Number of examples. */
  readonly size: number;
  /** Shape of one example: `[height, width, channels]`. */
  readonly shape: readonly number[];
  readonly classes: number;
  /** Writes the examples, augmented for this epoch, one after the other into `out`, and their labels into `labels`. */
  fill(indices: Uint32Array, epoch: number, out: Float32Array, labels: Int32Array): void | Promise<void>;
}
