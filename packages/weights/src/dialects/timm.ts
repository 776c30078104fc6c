import type { Dialect, FamilyNames } from './dialect.js';
import { timmConvNeXt } from './families/convnext.js';
import { timmEfficientNet, timmEfficientNetLite } from './families/efficientnet.js';
import { timmMobileNetV3 } from './families/mobilenet-v3.js';
import { timmRegNet } from './families/regnet.js';
import { timmResNetV2 } from './families/resnet-v2.js';
import type { NamePair } from './pattern.js';
import { inStages, MOBILENET_V2_STAGES } from './stages.js';
import { torchNames } from './torch-names.js';

/** timm's VGG is convolutional to the end, so that it can pool late. */
const vgg: FamilyNames = {
  family: 'VGG',
  modules: [
    ['features.{i:0}', 'features.{i:0}'],
    ['classifier.0', 'pre_logits.fc1'],
    ['classifier.3', 'pre_logits.fc2'],
    ['classifier.6', 'head.fc'],
  ],
  convolutions: ['classifier.0', 'classifier.3'],
};

const mobilenetV2: FamilyNames = {
  family: 'MobileNet V2',
  modules: [
    ['features.0.0', 'conv_stem'],
    ['features.0.1', 'bn1'],
    ['features.18.0', 'conv_head'],
    ['features.18.1', 'bn2'],
    ['classifier.1', 'classifier'],
    ...inStages(MOBILENET_V2_STAGES).flatMap(([flat, stage, block]): NamePair[] => {
      const ours = `features.${flat + 1}.conv`;
      const theirs = `blocks.${stage}.${block}`;
      // The first block has no expansion.
      return stage === 0
        ? [
            [`${ours}.0.0`, `${theirs}.conv_dw`],
            [`${ours}.0.1`, `${theirs}.bn1`],
            [`${ours}.1`, `${theirs}.conv_pw`],
            [`${ours}.2`, `${theirs}.bn2`],
          ]
        : [
            [`${ours}.0.0`, `${theirs}.conv_pw`],
            [`${ours}.0.1`, `${theirs}.bn1`],
            [`${ours}.1.0`, `${theirs}.conv_dw`],
            [`${ours}.1.1`, `${theirs}.bn2`],
            [`${ours}.2`, `${theirs}.conv_pwl`],
            [`${ours}.3`, `${theirs}.bn3`],
          ];
    }),
  ],
};

/**
 * The dialect of timm. Its ResNets are spelt as torchvision's, and this project spells MobileNet V1 as timm does, so
 * those need no line here.
 */
export const timm: Dialect = {
  name: 'timm',
  ...torchNames,
  families: [
    vgg,
    mobilenetV2,
    ...timmMobileNetV3,
    timmEfficientNet,
    timmEfficientNetLite,
    timmResNetV2,
    timmRegNet,
    timmConvNeXt,
  ],
};
