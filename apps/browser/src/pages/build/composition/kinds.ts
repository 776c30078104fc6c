import { activationFunctions } from '@convzoo/layers';
import { classifier } from '../blocks/classifier.js';
import { convnextBlocks } from '../blocks/convnext-blocks.js';
import { convolution } from '../blocks/convolution.js';
import { denseConnections } from '../blocks/dense-connections.js';
import { denseLayer } from '../blocks/dense-layer.js';
import { depthwiseConvolution } from '../blocks/depthwise-convolution.js';
import { fireModule } from '../blocks/fire-module.js';
import { inceptionModule } from '../blocks/inception-module.js';
import { invertedResiduals } from '../blocks/inverted-residuals.js';
import { basicBlocks, bottleneckBlocks } from '../blocks/residual-stage.js';
import { separableConvolution } from '../blocks/separable-convolution.js';
import { squeezeExcitation } from '../blocks/squeeze-excitation.js';
import { vggStage } from '../blocks/vgg-stage.js';
import { type BlockDefinition, callBlock, functionBlock } from './definition.js';
import { choice, count, flag, rate } from './fields.js';

/** More channels than any published network has in a layer. */
const WIDEST = 8192;
const channels = (first: number) => count(first, WIDEST);
const kernel = (first: number) => count(first, 31);
const stride = (first: number) => count(first, 8);
const repeats = (first: number) => count(first, 64);
const activation = choice('relu', activationFunctions);
const activationOrNone = choice('relu', ['none', ...activationFunctions]);
const halfOrNone = choice('half', ['half', 'none']);
const window = { size: count(2, 64), stride: count(2, 64) } as const;

const layer = { group: 'layers' } as const;
const block = { group: 'blocks' } as const;
const vector = { group: 'vectors' } as const;

/** Every kind of block, in the order in which they are offered. */
export const kinds = {
  convolution: functionBlock({
    ...layer,
    prefix: 'conv',
    fields: {
      filters: channels(64),
      kernel: kernel(3),
      stride: stride(1),
      padding: halfOrNone,
      groups: count(1, WIDEST),
      norm: flag(true),
      activation: activationOrNone,
    },
    build: convolution,
    function: 'convolution',
  }),
  depthwise: functionBlock({
    ...layer,
    prefix: 'depthwise',
    fields: { kernel: kernel(3), stride: stride(1), norm: flag(true), activation: activationOrNone },
    build: depthwiseConvolution,
    function: 'depthwiseConvolution',
  }),
  batchNorm: callBlock({
    ...layer,
    prefix: 'norm',
    fields: {},
    build: (nn, x) => nn.batchNorm(x),
    expression: () => 'nn.batchNorm(x)',
  }),
  activation: callBlock({
    ...layer,
    prefix: 'activation',
    fields: { activation },
    build: (nn, x, options) => nn.activation(x, options.activation),
    expression: (options) => `nn.activation(x, '${options.activation}')`,
  }),
  maxPool: callBlock({
    ...layer,
    prefix: 'pool',
    fields: { ...window, padding: choice('none', ['none', 'half']) },
    build: (nn, x, { size, stride: step, padding }) =>
      nn.maxPool(x, { size, stride: step, padding: padding === 'half' ? size >> 1 : 0 }),
    expression: ({ size, stride: step, padding }) =>
      `nn.maxPool(x, { size: ${size}, stride: ${step}, padding: ${padding === 'half' ? size >> 1 : 0} })`,
  }),
  avgPool: callBlock({
    ...layer,
    prefix: 'pool',
    fields: window,
    build: (nn, x, { size, stride: step }) => nn.avgPool(x, { size, stride: step }),
    expression: ({ size, stride: step }) => `nn.avgPool(x, { size: ${size}, stride: ${step} })`,
  }),
  squeezeExcitation: functionBlock({
    ...layer,
    prefix: 'se',
    fields: { reduction: count(16, 256) },
    build: squeezeExcitation,
    function: 'squeezeExcitation',
  }),
  vggStage: functionBlock({
    ...block,
    prefix: 'stage',
    fields: { filters: channels(64), convolutions: count(2, 16), norm: flag(false), pool: flag(true) },
    build: vggStage,
    function: 'vggStage',
  }),
  basicBlocks: functionBlock({
    ...block,
    prefix: 'layer',
    fields: { filters: channels(64), stride: stride(1), blocks: repeats(2), excitation: flag(false) },
    build: basicBlocks,
    function: 'basicBlocks',
  }),
  bottleneckBlocks: functionBlock({
    ...block,
    prefix: 'layer',
    fields: {
      filters: channels(64),
      stride: stride(1),
      blocks: repeats(3),
      groups: count(1, WIDEST),
      excitation: flag(false),
    },
    build: bottleneckBlocks,
    function: 'bottleneckBlocks',
  }),
  separable: functionBlock({
    ...block,
    prefix: 'separable',
    fields: { filters: channels(64), kernel: kernel(3), stride: stride(1), blocks: repeats(1), activation },
    build: separableConvolution,
    function: 'separableConvolution',
  }),
  invertedResiduals: functionBlock({
    ...block,
    prefix: 'inverted',
    fields: {
      filters: channels(24),
      expand: count(6, 16),
      kernel: kernel(3),
      stride: stride(2),
      blocks: repeats(2),
      excitation: flag(false),
      activation: choice('relu6', activationFunctions),
    },
    build: invertedResiduals,
    function: 'invertedResiduals',
  }),
  inception: functionBlock({
    ...block,
    prefix: 'inception',
    fields: {
      ones: channels(64),
      reduce3: channels(96),
      threes: channels(128),
      reduce5: channels(16),
      fives: channels(32),
      pooled: channels(32),
    },
    build: inceptionModule,
    function: 'inceptionModule',
  }),
  fire: functionBlock({
    ...block,
    prefix: 'fire',
    fields: { squeeze: channels(16), filters: channels(128) },
    build: fireModule,
    function: 'fireModule',
  }),
  denseConnections: functionBlock({
    ...block,
    prefix: 'denseblock',
    fields: { layers: repeats(6), growth: channels(32) },
    build: denseConnections,
    function: 'denseConnections',
  }),
  convnext: functionBlock({
    ...block,
    prefix: 'convnext',
    fields: { blocks: repeats(3) },
    build: convnextBlocks,
    function: 'convnextBlocks',
  }),
  globalAvgPool: callBlock({
    ...vector,
    prefix: 'mean',
    fields: {},
    build: (nn, x) => nn.globalAvgPool(x),
    expression: () => 'nn.globalAvgPool(x)',
  }),
  flatten: callBlock({
    ...vector,
    prefix: 'flat',
    fields: {},
    build: (nn, x) => nn.flatten(x),
    expression: () => 'nn.flatten(x)',
  }),
  dense: functionBlock({
    ...vector,
    prefix: 'dense',
    fields: { units: count(4096, 65_536), activation: activationOrNone },
    build: denseLayer,
    function: 'denseLayer',
  }),
  dropout: callBlock({
    ...vector,
    prefix: 'dropout',
    fields: { rate: rate(0.5) },
    build: (nn, x, options) => nn.dropout(x, { rate: options.rate }),
    expression: (options) => `nn.dropout(x, { rate: ${options.rate} })`,
  }),
  classifier: functionBlock({
    ...vector,
    prefix: 'classifier',
    fields: { classes: count(10, 65_536), from: choice('average', ['average', 'flatten']), dropout: rate(0) },
    build: classifier,
    function: 'classifier',
  }),
} satisfies Record<string, BlockDefinition>;

export type BlockKind = keyof typeof kinds;

export const blockKinds = Object.keys(kinds) as readonly BlockKind[];

export const definitionOf = (kind: BlockKind): BlockDefinition => kinds[kind];

export const isBlockKind = (text: string): text is BlockKind => Object.hasOwn(kinds, text);
