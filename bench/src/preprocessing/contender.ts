/** One library in the comparison. Each method gives milliseconds for one run of the task; absent where it has none. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** What is not like the others. */
  readonly note?: string;
  /** The bytes of a JPEG to the float32 values of the 224x224 centre after a resize of the shorter side to 256. */
  file?(path: string): Promise<number>;
  /** The decoded picture to `height` x `width`, bilinear. */
  resize?(path: string, height: number, width: number): Promise<number>;
  /** Every picture of a folder of classes to such values, by two workers. */
  folder?(root: string): Promise<number>;
  close?(): void;
}

/** Milliseconds that `run` takes. */
export async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
