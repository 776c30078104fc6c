import { type Composition, newBlock } from './composition.js';

/** Where one can begin; each has a name in `strings/build.ts`. */
export const startNames = ['small', 'vgg', 'resnet', 'bottleneck', 'mobilenet', 'empty'] as const;
export type StartName = (typeof startNames)[number];

const IMAGENET = [224, 224, 3] as const;
const stem = () => newBlock('convolution', { filters: 64, kernel: 7, stride: 2 });
const stemPool = () => newBlock('maxPool', { size: 3, stride: 2, padding: 'half' });
const thousand = () => newBlock('classifier', { classes: 1000 });

const builders: Readonly<Record<StartName, () => Composition>> = {
  small: () => ({
    name: 'my-net',
    input: [32, 32, 3],
    blocks: [
      newBlock('convolution', { filters: 16 }),
      newBlock('basicBlocks', { filters: 16 }),
      newBlock('basicBlocks', { filters: 32, stride: 2 }),
      newBlock('basicBlocks', { filters: 64, stride: 2 }),
      newBlock('classifier'),
    ],
  }),
  /** VGG-16, configuration D of the paper. */
  vgg: () => ({
    name: 'my-vgg',
    input: IMAGENET,
    blocks: [
      newBlock('vggStage', { filters: 64, convolutions: 2 }),
      newBlock('vggStage', { filters: 128, convolutions: 2 }),
      newBlock('vggStage', { filters: 256, convolutions: 3 }),
      newBlock('vggStage', { filters: 512, convolutions: 3 }),
      newBlock('vggStage', { filters: 512, convolutions: 3 }),
      newBlock('flatten'),
      newBlock('dense'),
      newBlock('dropout'),
      newBlock('dense'),
      newBlock('dropout'),
      thousand(),
    ],
  }),
  /** ResNet-18. */
  resnet: () => ({
    name: 'my-resnet',
    input: IMAGENET,
    blocks: [
      stem(),
      stemPool(),
      ...[64, 128, 256, 512].map((filters, i) => newBlock('basicBlocks', { filters, stride: i === 0 ? 1 : 2 })),
      thousand(),
    ],
  }),
  /** ResNet-50. */
  bottleneck: () => ({
    name: 'my-resnet50',
    input: IMAGENET,
    blocks: [
      stem(),
      stemPool(),
      ...[3, 4, 6, 3].map((blocks, i) =>
        newBlock('bottleneckBlocks', { filters: 64 << i, blocks, stride: i === 0 ? 1 : 2 }),
      ),
      thousand(),
    ],
  }),
  /** MobileNet V2 (Sandler et al., 2018, table 2). */
  mobilenet: () => ({
    name: 'my-mobilenet',
    input: IMAGENET,
    blocks: [
      newBlock('convolution', { filters: 32, stride: 2, activation: 'relu6' }),
      ...(
        [
          [1, 16, 1, 1],
          [6, 24, 2, 2],
          [6, 32, 3, 2],
          [6, 64, 4, 2],
          [6, 96, 3, 1],
          [6, 160, 3, 2],
          [6, 320, 1, 1],
        ] as const
      ).map(([expand, filters, blocks, stride]) => newBlock('invertedResiduals', { expand, filters, blocks, stride })),
      newBlock('convolution', { filters: 1280, kernel: 1, activation: 'relu6' }),
      newBlock('classifier', { classes: 1000, dropout: 0.2 }),
    ],
  }),
  empty: () => ({ name: 'my-net', input: [32, 32, 3], blocks: [] }),
};

export const startComposition = (name: StartName): Composition => builders[name]();
