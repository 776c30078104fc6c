/** One call of a kernel, by every thread with its number and their count behind these arguments. */
export interface Step {
  readonly kernel: string;
  readonly args: readonly number[];
  /** Path of the node that it computes. */
  readonly path: string;
}
