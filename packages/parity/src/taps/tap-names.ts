import type { Family, ModelName } from '@convzoo/zoo';

/** The tap or path here of a module of torch or a layer of Keras; `undefined` where the table does not have it. */
export type TapNames = (name: string) => string | undefined;

/** The same for every network of a family. */
export type FamilyTaps = (name: string, model: ModelName) => string | undefined;

export type FamilyTables = Readonly<Partial<Record<Family, FamilyTaps>>>;

type Rule = readonly [pattern: RegExp, path: (...groups: number[]) => string | undefined];

/** The first pattern that fits makes the name here from its numbers. */
export const rewrites =
  (rules: readonly Rule[]): FamilyTaps =>
  (name) => {
    for (const [pattern, path] of rules) {
      const match = pattern.exec(name);
      if (match !== null) return path(...match.slice(1).map(Number));
    }
    return undefined;
  };

/** Blocks of each stage of MobileNet V1, which Keras numbers through. */
const V1_STAGES = [1, 2, 2, 6, 2];

/** Block `flat` of MobileNet V1, counted through from 0, in timm's stages. */
export function v1Block(flat: number): string {
  let left = flat;
  const stage = V1_STAGES.findIndex((blocks) => {
    if (left < blocks) return true;
    left -= blocks;
    return false;
  });
  return `blocks.${stage}.${left}`;
}

/** The last block of each of timm's stages of MobileNet V3, in the blocks of torchvision's numbering. */
export function v3Stages(model: ModelName): readonly number[] {
  return model.includes('large') ? [1, 3, 6, 10, 12, 15, 16] : [1, 3, 6, 8, 11, 12];
}
