import type { FamilyNames } from '../dialect.js';
import type { NamePair } from '../pattern.js';

const STAGES = [0, 1, 2, 3] as const;

/** torchvision counts stages and the downsampling between them through: stage s is `features.{2s + 1}`. */
export const timmConvNeXt: FamilyNames = {
  family: 'ConvNeXt',
  modules: [
    ...STAGES.flatMap((stage): NamePair[] => [
      [`features.${2 * stage}.{i:0}`, stage === 0 ? 'stem.{i:0}' : `stages.${stage}.downsample.{i:0}`],
      [`features.${2 * stage + 1}.{b:0}.block.0`, `stages.${stage}.blocks.{b:0}.conv_dw`],
      [`features.${2 * stage + 1}.{b:0}.block.2`, `stages.${stage}.blocks.{b:0}.norm`],
      [`features.${2 * stage + 1}.{b:0}.block.3`, `stages.${stage}.blocks.{b:0}.mlp.fc1`],
      [`features.${2 * stage + 1}.{b:0}.block.5`, `stages.${stage}.blocks.{b:0}.mlp.fc2`],
    ]),
    ['classifier.0', 'head.norm'],
    ['classifier.2', 'head.fc'],
  ],
  params: STAGES.map((stage) => [`features.${2 * stage + 1}.{b:0}.layer_scale`, `stages.${stage}.blocks.{b:0}.gamma`]),
  flatLayerScale: true,
};
