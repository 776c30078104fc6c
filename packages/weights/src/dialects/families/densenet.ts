import type { FamilyNames } from '../dialect.js';
import type { NamePair } from '../pattern.js';

const LAYERS: readonly NamePair[] = [
  ['features.denseblock{s:1}.denselayer{b:1}.norm1', 'conv{s:2}_block{b:1}_0_bn'],
  ['features.denseblock{s:1}.denselayer{b:1}.conv{i:1}', 'conv{s:2}_block{b:1}_{i:1}_conv'],
  ['features.denseblock{s:1}.denselayer{b:1}.norm2', 'conv{s:2}_block{b:1}_1_bn'],
  ['features.transition{s:1}.norm', 'pool{s:2}_bn'],
  ['features.transition{s:1}.conv', 'pool{s:2}_conv'],
  ['features.norm5', 'bn'],
];

export const kerasDenseNet: FamilyNames = {
  family: 'DenseNet',
  modules: [['features.conv0', 'conv1_conv'], ['features.norm0', 'conv1_bn'], ...LAYERS, ['classifier', 'predictions']],
};

/** Keras 2 and keras-applications, whose published files spell two layers and the classifier in another way. */
export const keras2DenseNet: FamilyNames = {
  family: 'DenseNet of Keras 2',
  modules: [['features.conv0', 'conv1/conv'], ['features.norm0', 'conv1/bn'], ...LAYERS, ['classifier', 'fc1000']],
};

const OLD_LAYER = /^(.*denselayer\d+\.(?:norm|conv))\.([12])(\.[^.]+)$/;

/** torchvision's published files are older than its code: `denselayer1.norm.1.weight` is `denselayer1.norm1.weight` there. */
export const modernDenseNetName = (name: string): string => name.replace(OLD_LAYER, '$1$2$3');
