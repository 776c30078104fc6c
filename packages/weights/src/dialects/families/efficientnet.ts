import type { FamilyNames } from '../dialect.js';
import type { NamePair } from '../pattern.js';

/** Blocks of the longest stage: B7's sixth, of 4 * 3.1 blocks. */
const MOST_BLOCKS = 13;

/** A convolution and its norm at `ours.0` and `ours.1`. */
const unit = (ours: string, conv: string, norm: string): NamePair[] => [
  [`${ours}.0`, conv],
  [`${ours}.1`, norm],
];

const squeeze = (ours: string, reduce: string, expand: string): NamePair[] => [
  [`${ours}.fc1`, reduce],
  [`${ours}.fc2`, expand],
];

/** The first stage has no expansion, so that its parts count from another place. */
export const timmEfficientNet: FamilyNames = {
  family: 'EfficientNet',
  modules: [
    ...unit('features.0', 'conv_stem', 'bn1'),
    ...unit('features.1.{b:0}.block.0', 'blocks.0.{b:0}.conv_dw', 'blocks.0.{b:0}.bn1'),
    ...squeeze('features.1.{b:0}.block.1', 'blocks.0.{b:0}.se.conv_reduce', 'blocks.0.{b:0}.se.conv_expand'),
    ...unit('features.1.{b:0}.block.2', 'blocks.0.{b:0}.conv_pw', 'blocks.0.{b:0}.bn2'),
    ...unit('features.{s:2}.{b:0}.block.0', 'blocks.{s:1}.{b:0}.conv_pw', 'blocks.{s:1}.{b:0}.bn1'),
    ...unit('features.{s:2}.{b:0}.block.1', 'blocks.{s:1}.{b:0}.conv_dw', 'blocks.{s:1}.{b:0}.bn2'),
    ...squeeze(
      'features.{s:2}.{b:0}.block.2',
      'blocks.{s:1}.{b:0}.se.conv_reduce',
      'blocks.{s:1}.{b:0}.se.conv_expand',
    ),
    ...unit('features.{s:2}.{b:0}.block.3', 'blocks.{s:1}.{b:0}.conv_pwl', 'blocks.{s:1}.{b:0}.bn3'),
    ...unit('features.8', 'conv_head', 'bn2'),
    ['classifier.1', 'classifier'],
  ],
};

/** Without squeeze and excitation. */
export const timmEfficientNetLite: FamilyNames = {
  family: 'EfficientNet-Lite',
  modules: [
    ...unit('features.0', 'conv_stem', 'bn1'),
    ...unit('features.1.{b:0}.block.0', 'blocks.0.{b:0}.conv_dw', 'blocks.0.{b:0}.bn1'),
    ...unit('features.1.{b:0}.block.1', 'blocks.0.{b:0}.conv_pw', 'blocks.0.{b:0}.bn2'),
    ...unit('features.{s:2}.{b:0}.block.0', 'blocks.{s:1}.{b:0}.conv_pw', 'blocks.{s:1}.{b:0}.bn1'),
    ...unit('features.{s:2}.{b:0}.block.1', 'blocks.{s:1}.{b:0}.conv_dw', 'blocks.{s:1}.{b:0}.bn2'),
    ...unit('features.{s:2}.{b:0}.block.2', 'blocks.{s:1}.{b:0}.conv_pwl', 'blocks.{s:1}.{b:0}.bn3'),
    ...unit('features.8', 'conv_head', 'bn2'),
    ['classifier.1', 'classifier'],
  ],
};

/** Keras letters the blocks of a stage: `block2a`, `block2b` ... */
const letters = Array.from({ length: MOST_BLOCKS }, (_, block) => [block, String.fromCharCode(97 + block)] as const);

export const kerasEfficientNet: FamilyNames = {
  family: 'EfficientNet',
  modules: [
    ...unit('features.0', 'stem_conv', 'stem_bn'),
    ...letters.flatMap(([block, letter]) => {
      const [ours, theirs] = [`features.1.${block}.block`, `block1${letter}`];
      return [
        ...unit(`${ours}.0`, `${theirs}_dwconv`, `${theirs}_bn`),
        ...squeeze(`${ours}.1`, `${theirs}_se_reduce`, `${theirs}_se_expand`),
        ...unit(`${ours}.2`, `${theirs}_project_conv`, `${theirs}_project_bn`),
      ];
    }),
    ...letters.flatMap(([block, letter]) => {
      const [ours, theirs] = [`features.{s:2}.${block}.block`, `block{s:2}${letter}`];
      return [
        ...unit(`${ours}.0`, `${theirs}_expand_conv`, `${theirs}_expand_bn`),
        ...unit(`${ours}.1`, `${theirs}_dwconv`, `${theirs}_bn`),
        ...squeeze(`${ours}.2`, `${theirs}_se_reduce`, `${theirs}_se_expand`),
        ...unit(`${ours}.3`, `${theirs}_project_conv`, `${theirs}_project_bn`),
      ];
    }),
    ...unit('features.8', 'top_conv', 'top_bn'),
    ['classifier.1', 'predictions'],
  ],
};
