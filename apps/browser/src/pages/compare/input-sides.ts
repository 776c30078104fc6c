/** Pixels between two positions of the slider: the stride of many networks is 32, but 8 shows where a result jumps. */
export const SIDE_STEP = 8;

/** Sides that the slider has, as far as networks can take them: up to twice their own, their own among them. */
export function sidesOf(defaultInput: number): { readonly min: number; readonly max: number } {
  const start = defaultInput % SIDE_STEP;
  // None of the zoo is for fewer pixels than CIFAR's; half of that is a thumbnail of a thumbnail.
  return { min: start + 2 * SIDE_STEP, max: 2 * defaultInput - start };
}
