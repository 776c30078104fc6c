import type { Family } from '@convzoo/zoo';
import { type FamilyTables, v3Stages } from './tap-names.js';

const isPool = (name: string): boolean => /^(head\.)?global_pool(\.pool)?$/.test(name);
const pooled = (name: string): string | undefined => (isPool(name) ? 'avgpool' : undefined);

/** The last block of each of timm's stages of MobileNet V2, in the blocks of torchvision's numbering. */
const V2_STAGES = [1, 3, 6, 10, 13, 16, 17];

const stageOf = (name: string): number => Number(/^blocks\.(\d+)$/.exec(name)?.[1] ?? Number.NaN);

/** Results that timm's modules compute and that have another name here, beside those of layers with parameters. */
export const timmTaps: FamilyTables = {
  // timm's ResNets pool in a module of another name than torchvision's.
  resnet: (name) => (name === 'act1' ? 'relu' : pooled(name)),
  // timm's MobileNet V1 has a head that does nothing.
  'mobilenet-v1': (name) => (name === 'conv_head' ? 'blocks.4' : undefined),
  'mobilenet-v2': (name) => {
    const last = V2_STAGES[stageOf(name)];
    return last === undefined ? pooled(name) : `features.${last}`;
  },
  'mobilenet-v3': (name, model) => {
    const last = v3Stages(model)[stageOf(name)];
    return last === undefined ? pooled(name) : `features.${last}`;
  },
  efficientnet: (name) => (Number.isNaN(stageOf(name)) ? pooled(name) : `features.${stageOf(name) + 1}`),
  regnet: (name) => {
    if (isPool(name)) return 'avgpool';
    const [, stage, block] = /^s(\d)(?:\.b(\d+))?$/.exec(name) ?? [];
    if (stage === undefined) return undefined;
    const path = `trunk_output.block${stage}`;
    return block === undefined ? path : `${path}.block${stage}-${Number(block) - 1}`;
  },
  // torchvision counts stages and the downsampling between them through.
  convnext: (name) => {
    if (name === 'stem') return 'features.0';
    if (isPool(name)) return 'avgpool';
    const [, stage, block = ''] = /^stages\.(\d)(?:\.blocks(\.\d+))?$/.exec(name) ?? [];
    return stage === undefined ? undefined : `features.${2 * Number(stage) + 1}${block}`;
  },
  'resnet-v2': (name) => (isPool(name) ? 'global_pool' : undefined),
  ghostnet: (name) => (name === 'act1' ? 'stem' : isPool(name) ? 'global_pool' : undefined),
  vgg: (name) => {
    const activations: Readonly<Record<string, string>> = {
      'pre_logits.act1': 'classifier.1',
      'pre_logits.act2': 'classifier.4',
      pre_logits: 'classifier.4',
    };
    return activations[name];
  },
};

/** Families whose norms in timm are `BatchNormAct2d`, which activates too. */
export const timmNormsActivate: readonly Family[] = [
  'mobilenet-v1',
  'mobilenet-v2',
  'mobilenet-v3',
  'efficientnet',
  'regnet',
  'darknet',
  'resnet-v2',
];
