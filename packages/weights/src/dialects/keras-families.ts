import type { FamilyNames } from './dialect.js';
import { kerasConvNeXt } from './families/convnext.js';
import { keras2DenseNet, kerasDenseNet } from './families/densenet.js';
import { kerasEfficientNet } from './families/efficientnet.js';
import { kerasInceptionV3 } from './families/inception-v3.js';
import { kerasMobileNetV3 } from './families/mobilenet-v3.js';
import { keras2ResNetV2, kerasResNetV2 } from './families/resnet-v2.js';
import { kerasXception } from './families/xception.js';
import type { NamePair } from './pattern.js';
import { inStages, MOBILENET_V1_STAGES } from './stages.js';

/** `sizes`: convolutions of each block. torchvision counts layers through: a convolution and its ReLU, then a pool. */
function vgg(family: string, sizes: readonly number[]): FamilyNames {
  const modules: NamePair[] = [
    ['classifier.0', 'fc1'],
    ['classifier.3', 'fc2'],
    ['classifier.6', 'predictions'],
  ];
  let layer = 0;
  sizes.forEach((size, block) => {
    for (let i = 0; i < size; i++, layer += 2) modules.push([`features.${layer}`, `block${block + 1}_conv${i + 1}`]);
    layer += 1;
  });
  return { family, modules };
}

const resnet: FamilyNames = {
  family: 'ResNet v1',
  modules: [
    ['conv1', 'conv1_conv'],
    ['bn1', 'conv1_bn'],
    ['layer{s:1}.{b:0}.conv{i:1}', 'conv{s:2}_block{b:1}_{i:1}_conv'],
    ['layer{s:1}.{b:0}.bn{i:1}', 'conv{s:2}_block{b:1}_{i:1}_bn'],
    ['layer{s:1}.{b:0}.downsample.0', 'conv{s:2}_block{b:1}_0_conv'],
    ['layer{s:1}.{b:0}.downsample.1', 'conv{s:2}_block{b:1}_0_bn'],
    ['fc', 'predictions'],
  ],
};

/** keras-applications 1.0.8, whose files are published, called the classifier so. */
const keras2ResNet: FamilyNames = { family: 'ResNet v1 of Keras 2', modules: [...resnet.modules, ['fc', 'probs']] };

const mobilenetV1: FamilyNames = {
  family: 'MobileNet V1',
  modules: [
    ['conv_stem', 'conv1'],
    ['bn1', 'conv1_bn'],
    ['classifier', 'conv_preds'],
    ...inStages(MOBILENET_V1_STAGES).flatMap(([flat, stage, block]): NamePair[] => {
      const ours = `blocks.${stage}.${block}`;
      return [
        [`${ours}.conv_dw`, `conv_dw_${flat + 1}`],
        [`${ours}.bn1`, `conv_dw_${flat + 1}_bn`],
        [`${ours}.conv_pw`, `conv_pw_${flat + 1}`],
        [`${ours}.bn2`, `conv_pw_${flat + 1}_bn`],
      ];
    }),
  ],
  convolutions: ['classifier'],
};

const mobilenetV2: FamilyNames = {
  family: 'MobileNet V2',
  modules: [
    ['features.0.0', 'Conv1'],
    ['features.0.1', 'bn_Conv1'],
    ['features.1.conv.0.0', 'expanded_conv_depthwise'],
    ['features.1.conv.0.1', 'expanded_conv_depthwise_BN'],
    ['features.1.conv.1', 'expanded_conv_project'],
    ['features.1.conv.2', 'expanded_conv_project_BN'],
    ['features.{i:2}.conv.0.0', 'block_{i:1}_expand'],
    ['features.{i:2}.conv.0.1', 'block_{i:1}_expand_BN'],
    ['features.{i:2}.conv.1.0', 'block_{i:1}_depthwise'],
    ['features.{i:2}.conv.1.1', 'block_{i:1}_depthwise_BN'],
    ['features.{i:2}.conv.2', 'block_{i:1}_project'],
    ['features.{i:2}.conv.3', 'block_{i:1}_project_BN'],
    ['features.18.0', 'Conv_1'],
    ['features.18.1', 'Conv_1_bn'],
    ['classifier.1', 'predictions'],
  ],
};

/** MLPerf Tiny's ResNet-8 names no layer, so Keras numbers them in the order of construction, shortcuts last in a block. */
const mlperfResNet8: FamilyNames = {
  family: 'ResNet-8 of MLPerf Tiny',
  modules: [
    ['conv1', 'conv2d'],
    ['bn1', 'batch_normalization'],
    ['layer1.0.conv1', 'conv2d_1'],
    ['layer1.0.bn1', 'batch_normalization_1'],
    ['layer1.0.conv2', 'conv2d_2'],
    ['layer1.0.bn2', 'batch_normalization_2'],
    ['layer2.0.conv1', 'conv2d_3'],
    ['layer2.0.bn1', 'batch_normalization_3'],
    ['layer2.0.conv2', 'conv2d_4'],
    ['layer2.0.bn2', 'batch_normalization_4'],
    ['layer2.0.shortcut.0', 'conv2d_5'],
    ['layer3.0.conv1', 'conv2d_6'],
    ['layer3.0.bn1', 'batch_normalization_5'],
    ['layer3.0.conv2', 'conv2d_7'],
    ['layer3.0.bn2', 'batch_normalization_6'],
    ['layer3.0.shortcut.0', 'conv2d_8'],
    ['linear', 'dense'],
  ],
};

export const kerasFamilies: readonly FamilyNames[] = [
  vgg('VGG16', [2, 2, 3, 3, 3]),
  vgg('VGG19', [2, 2, 4, 4, 4]),
  mlperfResNet8,
  resnet,
  mobilenetV1,
  mobilenetV2,
  ...kerasMobileNetV3,
  kerasEfficientNet,
  kerasInceptionV3,
  kerasXception,
  kerasDenseNet,
  keras2DenseNet,
  ...kerasConvNeXt,
  kerasResNetV2,
  keras2ResNetV2,
  keras2ResNet,
];
