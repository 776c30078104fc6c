import type { ModelName } from '@convzoo/zoo';

type Rename = (name: string, model: ModelName) => string | undefined;
type Names = Readonly<Record<string, string>>;

/** The last block of each of timm's stages of MobileNet V3, in the blocks of torchvision's numbering. */
const V3_STAGES = { large: [1, 3, 6, 10, 12, 15, 16], small: [1, 3, 6, 8, 11, 12] } as const;
const v3Stages = (model: ModelName): readonly number[] => V3_STAGES[model.includes('large') ? 'large' : 'small'];

const stageOf = (name: string): number => Number(/^blocks\.(\d+)$/.exec(name)?.[1] ?? Number.NaN);

/** timm taps stem and head as convolutions, so before their norm or activation. */
export const timmMobileTaps: Readonly<Record<string, Rename>> = {
  'mobilenet-v3': (name, model) => {
    const fixed: Names = { conv_stem: 'features.0.0', global_pool: 'avgpool', conv_head: 'classifier.0' };
    const last = v3Stages(model)[stageOf(name)];
    return last === undefined ? fixed[name] : `features.${last}`;
  },
  efficientnet: (name) => {
    const fixed: Names = { conv_stem: 'features.0.0', conv_head: 'features.8.0', global_pool: 'avgpool' };
    return fixed[name] ?? `features.${stageOf(name) + 1}`;
  },
};

export const kerasMobileTaps: Readonly<Record<string, Rename>> = {
  'mobilenet-v3': (name, model) => {
    const last = v3Stages(model).at(-1);
    const fixed: Names = { Conv: 'features.0.0', Conv_1: `features.${last}.0`, global_average_pooling2d: 'avgpool' };
    const [, block = '0'] = /^expanded_conv(?:_(\d+))?\/(?:Add|project\/BatchNorm)$/.exec(name) ?? [];
    return fixed[name] ?? `features.${Number(block) + 1}`;
  },
  efficientnet: (name) => {
    const fixed: Names = { stem_activation: 'features.0', top_activation: 'features.8' };
    // Only the last block of each stage is tapped, and that is the stage.
    return fixed[name] ?? `features.${/^block(\d)/.exec(name)?.[1]}`;
  },
};
