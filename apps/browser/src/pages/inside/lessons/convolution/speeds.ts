/** Multiplications a second that the animation can go at. */
export const SPEEDS: readonly number[] = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/** Place of the one it starts with. */
export const FIRST_SPEED = SPEEDS.indexOf(100);
