/**
 * Blocks that one side counts through and the other counts within stages: `[flat, stage, block]`, each from 0. The flat
 * names of MobileNets in torchvision and Keras meet timm's `blocks.{stage}.{block}` by it.
 */
export function inStages(sizes: readonly number[]): readonly (readonly [flat: number, stage: number, block: number])[] {
  return sizes
    .flatMap((size, stage) => Array.from({ length: size }, (_, block) => [stage, block] as const))
    .map(([stage, block], flat) => [flat, stage, block] as const);
}

/** Blocks of each stage of MobileNet V1 (table 1), as timm groups them. */
export const MOBILENET_V1_STAGES = [1, 2, 2, 6, 2] as const;
/** Blocks of each stage of MobileNet V2 (table 2). */
export const MOBILENET_V2_STAGES = [1, 2, 3, 4, 3, 3, 1] as const;
