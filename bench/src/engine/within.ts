/** Seconds after which a cell counts as stuck: VGG-16 at batch 8 takes 10 a run in the slowest runtime. */
const PATIENCE = 180;

/** A promise that rejects where a cell does not answer for minutes, so that one that hangs ends no measurement. */
export async function within<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not answer for ${PATIENCE} s`)), 1000 * PATIENCE);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
