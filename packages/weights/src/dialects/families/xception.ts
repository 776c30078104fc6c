import type { FamilyNames } from '../dialect.js';
import type { NamePair } from '../pattern.js';

/** Blocks with a projection on their shortcut. Keras names none of those, and numbers them in the order of construction. */
const PROJECTED = [2, 3, 4, 13];

export const kerasXception: FamilyNames = {
  family: 'Xception',
  modules: [
    ['block{b:0}.conv{i:1}', 'block{b:0}_conv{i:1}'],
    ['block{b:0}.conv{i:1}_bn', 'block{b:0}_conv{i:1}_bn'],
    ['block{b:0}.sepconv{i:1}_bn', 'block{b:0}_sepconv{i:1}_bn'],
    ...PROJECTED.flatMap((block, i): NamePair[] => {
      const number = i === 0 ? '' : `_${i}`;
      return [
        [`block${block}.shortcut.conv`, `conv2d${number}`],
        [`block${block}.shortcut.bn`, `batch_normalization${number}`],
      ];
    }),
    ['fc', 'predictions'],
  ],
  // Both halves of a separable convolution are one layer in Keras.
  params: [
    ['block{b:0}.sepconv{i:1}.depthwise.weight', 'block{b:0}_sepconv{i:1}/depthwise_kernel'],
    ['block{b:0}.sepconv{i:1}.pointwise.weight', 'block{b:0}_sepconv{i:1}/pointwise_kernel'],
  ],
};
