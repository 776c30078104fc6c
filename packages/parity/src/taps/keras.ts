import type { ModelName } from '@convzoo/zoo';
import { type FamilyTables, rewrites, v1Block } from './tap-names.js';

/** Pools of Keras's VGG16 and VGG19, in the blocks of torchvision's numbering. */
const VGG_POOLS: Readonly<Partial<Record<ModelName, readonly number[]>>> = {
  vgg16: [4, 9, 16, 23, 30],
  vgg19: [4, 9, 18, 27, 36],
};

/** Modules of Inception v3, which Keras numbers from 0. */
const V3_MODULES = ['5b', '5c', '5d', '6a', '6b', '6c', '6d', '6e', '7a', '7b', '7c'];

/** Parts of a block of MobileNet V3 that have no parameters, in the names of Keras 2 and 3. */
const V3_PART = /^expanded_conv(?:_(\d+))?[/_]([Aa]dd|squeeze_excite[/_](?:AvgPool|avg_pool|Relu|relu))$/;

/** Results that Keras's layers compute and that have another name here, beside those of layers with parameters. */
export const kerasTaps: FamilyTables = {
  vgg: (name, model) => {
    const [, block] = /^block(\d)_pool$/.exec(name) ?? [];
    const layer = VGG_POOLS[model]?.[Number(block) - 1];
    return layer === undefined ? undefined : `features.${layer}`;
  },
  resnet: rewrites([
    [/^pool1_pool$/, () => 'maxpool'],
    [/^avg_pool$/, () => 'avgpool'],
    [/^conv(\d)_block(\d+)_add$/, (stage = 0, block = 0) => `layer${stage - 1}.${block - 1}.add`],
    [/^conv(\d)_block(\d+)_out$/, (stage = 0, block = 0) => `layer${stage - 1}.${block - 1}`],
  ]),
  'resnet-v2': rewrites([
    [/^pool1_pool$/, () => 'stem'],
    [/^avg_pool$/, () => 'global_pool'],
    [/^conv(\d)_block(\d+)_out$/, (stage = 0, block = 0) => `stages.${stage - 2}.blocks.${block - 1}`],
    [/^post_relu$/, () => 'norm'],
    // The tap has that name.
    [/^post_bn$/, () => undefined],
  ]),
  'inception-v3': rewrites([
    [/^mixed9_(\d)$/, (half = 0) => `Mixed_${V3_MODULES[half + 9]}.branch3x3`],
    [/^mixed(\d+)$/, (module = 0) => `Mixed_${V3_MODULES[module]}`],
  ]),
  xception: rewrites([
    [/^block(\d+)_conv(\d)_act$/, (block = 0, layer = 0) => `block${block}.conv${layer}_act`],
    [/^block(\d+)_sepconv(\d)_act$/, (block = 0, layer = 0) => `block${block}.sepconv${layer}_act`],
    [/^block(\d+)_pool$/, (block = 0) => `block${block}.pool`],
    [/^add$/, () => 'block2'],
    [/^add_(\d+)$/, (index = 0) => `block${index + 2}`],
    [/^avg_pool$/, () => 'avgpool'],
  ]),
  densenet: rewrites([
    [/^pool1$/, () => 'features.pool0'],
    [/^pool(\d)_pool$/, (stage = 0) => `features.transition${stage - 1}.pool`],
    [/^conv(\d)_block(\d+)_concat$/, (stage = 0, layer = 0) => concatenation(stage - 1, layer - 1)],
    [/^relu$/, () => 'relu'],
    [/^avg_pool$/, () => 'avgpool'],
  ]),
  'mobilenet-v1': rewrites([
    [/^conv_pw_(\d+)_relu$/, (block = 0) => v1Block(block - 1)],
    [/^conv1_relu$/, () => 'stem'],
    [/^global_average_pooling2d$/, () => 'global_pool'],
  ]),
  'mobilenet-v2': rewrites([
    [/^Conv1_relu$/, () => 'features.0'],
    [/^block_(\d+)_add$/, (block = 0) => `features.${block + 1}`],
    [/^out_relu$/, () => 'features.18'],
    [/^global_average_pooling2d$/, () => 'avgpool'],
  ]),
  'mobilenet-v3': (name) => {
    if (name.startsWith('global_average_pooling2d')) return 'avgpool';
    const [found, block = 0, part = ''] = V3_PART.exec(name) ?? [];
    if (found === undefined) return undefined;
    const path = `features.${Number(block) + 1}`;
    if (/^add$/i.test(part)) return path;
    // The first block has no expansion, so that its parts count from another place.
    const squeeze = `${path}.block.${Number(block) === 0 ? 1 : 2}`;
    return /relu$/i.test(part) ? `${squeeze}.relu` : `${squeeze}.avgpool`;
  },
  convnext: (name) => {
    const [, stage, block, part] = /_stage_(\d)_block_(\d+)_(gelu|layer_scale|identity)$/.exec(name) ?? [];
    if (stage === undefined) return /_head_gap$/.test(name) ? 'avgpool' : undefined;
    const path = `features.${2 * Number(stage) + 1}.${block}`;
    return part === 'gelu' ? `${path}.block.4` : `${path}.layer_scale`;
  },
  efficientnet: (name) => {
    if (name === 'stem_activation') return 'features.0';
    if (name === 'top_activation') return 'features.8';
    if (name === 'avg_pool') return 'avgpool';
    const [, stage, letter = '', part] = /^block(\d)([a-z])_(add|se_squeeze|se_excite)$/.exec(name) ?? [];
    if (stage === undefined) return undefined;
    const block = `features.${stage}.${letter.charCodeAt(0) - 97}`;
    // The first stage has no expansion, so that its parts count from another place.
    const squeeze = `${block}.block.${stage === '1' ? 1 : 2}`;
    return part === 'add' ? block : part === 'se_squeeze' ? `${squeeze}.avgpool` : `${squeeze}.multiply`;
  },
};

const concatenation = (block: number, layer: number): string =>
  `features.denseblock${block}.concat${layer === 0 ? '' : `_${layer}`}`;

/** Keras calls an activation after the norm that it follows: `conv2_block1_1_relu` after `conv2_block1_1_bn`. */
export function kerasNormBefore(name: string): string | undefined {
  const [, stem] = /^(.+)_(?:relu|activation)$/.exec(name) ?? [];
  return stem === undefined ? undefined : `${stem}_bn`;
}
