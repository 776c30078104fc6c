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

/** Blocks of each stage of the sizes that the zoo has. */
const SIZES = { tiny: [3, 3, 9, 3], small: [3, 3, 27, 3], base: [3, 3, 27, 3] } as const;

/**
 * Keras begins every name with the network's. The scales of its layers have no name of their own, so Keras 3 numbers them in
 * the order of the blocks.
 */
export const kerasConvNeXt: readonly FamilyNames[] = Object.entries(SIZES).map(([size, depths]) => {
  const net = `convnext_${size}`;
  const params: NamePair[] = [];
  depths.forEach((depth, stage) => {
    for (let block = 0; block < depth; block++) {
      const number = params.length === 0 ? '' : `_${params.length}`;
      const theirs = `${net}_stage_${stage}_block_${block}_layer_scale/variable${number}`;
      params.push([`features.${2 * stage + 1}.${block}.layer_scale`, theirs]);
    }
  });
  return {
    family: `ConvNeXt ${size}`,
    modules: [
      ['features.0.0', `${net}_stem/${net}_stem_conv`],
      ['features.0.1', `${net}_stem/${net}_stem_layernorm`],
      ...STAGES.flatMap((stage): NamePair[] => {
        const [ours, theirs] = [`features.${2 * stage + 1}.{b:0}.block`, `${net}_stage_${stage}_block_{b:0}`];
        const down = `${net}_downsampling_block_${stage - 1}/${net}_downsampling`;
        return [
          ...(stage === 0
            ? []
            : ([
                [`features.${2 * stage}.0`, `${down}_layernorm_${stage - 1}`],
                [`features.${2 * stage}.1`, `${down}_conv_${stage - 1}`],
              ] satisfies NamePair[])),
          [`${ours}.0`, `${theirs}_depthwise_conv`],
          [`${ours}.2`, `${theirs}_layernorm`],
          [`${ours}.3`, `${theirs}_pointwise_conv_1`],
          [`${ours}.5`, `${theirs}_pointwise_conv_2`],
        ];
      }),
      ['classifier.0', `${net}_head_layernorm`],
      ['classifier.2', `${net}_head_dense`],
    ],
    params,
    groupedDepthwise: true,
  };
});
