import type { FamilyNames } from '../dialect.js';

const family = 'ResNet v2';

/** Keras calls the norm before a convolution by the convolution before *that*; a stage's projection is `0_conv`. */
export const kerasResNetV2: FamilyNames = {
  family,
  modules: [
    ['stem.conv', 'conv1_conv'],
    ['stages.{s:0}.blocks.{b:0}.norm1', 'conv{s:2}_block{b:1}_preact_bn'],
    ['stages.{s:0}.blocks.{b:0}.norm2', 'conv{s:2}_block{b:1}_1_bn'],
    ['stages.{s:0}.blocks.{b:0}.norm3', 'conv{s:2}_block{b:1}_2_bn'],
    ['stages.{s:0}.blocks.{b:0}.conv{i:1}', 'conv{s:2}_block{b:1}_{i:1}_conv'],
    ['stages.{s:0}.blocks.{b:0}.downsample.conv', 'conv{s:2}_block{b:1}_0_conv'],
    ['norm', 'post_bn'],
    ['head.fc', 'predictions'],
  ],
};

/** The published files: keras-applications 1.0.8 called the classifier `probs`, and today's Keras loads by order. */
export const keras2ResNetV2: FamilyNames = {
  family: `${family} of Keras 2`,
  modules: [...kerasResNetV2.modules, ['head.fc', 'probs']],
};

/** This project's spelling is timm's; only the classifier is a convolution there. */
export const timmResNetV2: FamilyNames = {
  family,
  modules: [
    ['stem.conv', 'stem.conv'],
    ['stages.{s:0}.blocks.{b:0}.norm{i:1}', 'stages.{s:0}.blocks.{b:0}.norm{i:1}'],
    ['stages.{s:0}.blocks.{b:0}.conv{i:1}', 'stages.{s:0}.blocks.{b:0}.conv{i:1}'],
    ['stages.{s:0}.blocks.{b:0}.downsample.conv', 'stages.{s:0}.blocks.{b:0}.downsample.conv'],
    ['norm', 'norm'],
    ['head.fc', 'head.fc'],
  ],
  convolutions: ['head.fc'],
};
