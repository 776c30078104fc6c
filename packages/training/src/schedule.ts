/** The learning rate at a moment of training: `progress` runs from 0 at the first step to 1 after the last. */
export type Schedule = (progress: number) => number;

export const constant =
  (rate: number): Schedule =>
  () =>
    rate;

/** `rate`, times `factor` after each milestone (shares of the training, e.g. 0.5 and 0.75 in He et al., 2015). */
export const steps =
  (rate: number, milestones: readonly number[], factor = 0.1): Schedule =>
  (progress) =>
    rate * factor ** milestones.filter((milestone) => progress >= milestone).length;

/** Half a cosine from `rate` to 0 (Loshchilov and Hutter, "SGDR", 2016, without restarts). */
export const cosine =
  (rate: number): Schedule =>
  (progress) =>
    (rate * (1 + Math.cos(Math.PI * Math.min(progress, 1)))) / 2;

/** A straight line from nearly 0 to what `then` starts with, over the first `share` of the training, then `then`. */
export const warmUp =
  (share: number, then: Schedule): Schedule =>
  (progress) =>
    progress < share ? (then(0) * (progress + 1e-3)) / (share + 1e-3) : then((progress - share) / (1 - share));
