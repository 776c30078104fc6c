import { ConvzooError, type Graph, type MapShape } from '@convzoo/layers';
import { type BuildOptions, type Dialect, type ModelName, resolveModel } from '@convzoo/zoo';
import { kerasMobileTaps, timmMobileTaps } from './mobile-taps.js';
import type { GoldenRecord } from './records.js';

export interface GoldenNetwork {
  readonly record: GoldenRecord;
  readonly graph: Graph;
  readonly dialect: Dialect;
  /** The node or tap of the graph for each tap of the record. */
  tapOf(name: string): string;
}

/** The input of one example in the zoo's order. */
function exampleShape({ input: { shape, layout } }: GoldenRecord): MapShape {
  const [, a = 0, b = 0, c = 0] = shape;
  return layout === 'NCHW' ? [b, c, a] : [a, b, c];
}

/** Constructor arguments in the zoo's words. An argument that is not known here is an error, not ignored. */
const OPTIONS: Readonly<Record<string, (value: unknown) => BuildOptions>> = {
  width_mult: (value) => ({ width: Number(value) }),
  alpha: (value) => ({ width: Number(value) }),
  aux_logits: (value) => ({ aux: value === true }),
  include_preprocessing: (value) => ({ preprocessing: value === true ? 'rescaling' : 'none' }),
  // How torch would have filled what the record fills itself.
  init_weights: () => ({}),
  transform_input: (value) => {
    if (value !== false) throw new Error('the networks of the registry have no transform_input');
    return {};
  },
};

/** The network of a record, or nothing where the zoo does not have it. */
export function networkOf(record: GoldenRecord): GoldenNetwork | undefined {
  const { framework: dialect, model, args } = record;
  const options = { dialect, input: exampleShape(record) };
  let resolved: ReturnType<typeof resolveModel>;
  try {
    resolved = resolveModel(model, options);
  } catch (error) {
    if (error instanceof ConvzooError && error.code === 'unknown-model') return undefined;
    throw error;
  }
  // A Keras EfficientNet without weights has the identity for its normalisation.
  const untrained: BuildOptions =
    dialect === 'keras' && resolved.entry.family === 'efficientnet' ? { preprocessing: 'rescaling' } : {};
  const given = Object.entries(args).map(([name, value]) => {
    const option = OPTIONS[name];
    if (option === undefined) throw new Error(`${record.case}: argument ${name} has no meaning in the zoo`);
    return option(value);
  });
  const graph = resolved.entry.build(Object.assign({}, resolved.options, untrained, ...given));
  const rename = taps[dialect]?.[resolved.entry.family];
  return { record, graph, dialect, tapOf: (name) => rename?.(name, resolved.name) ?? name };
}

type Rename = (name: string, model: ModelName) => string | undefined;

/** The first pattern that fits makes the name here from its numbers. */
const rewrites =
  (rules: readonly (readonly [RegExp, (...groups: number[]) => string])[]): Rename =>
  (name) => {
    for (const [pattern, path] of rules) {
      const match = pattern.exec(name);
      if (match !== null) return path(...match.slice(1).map(Number));
    }
    return undefined;
  };

/** Pools of Keras's VGG16 and VGG19, in the blocks of torchvision's numbering. */
const VGG_POOLS: Readonly<Partial<Record<ModelName, readonly number[]>>> = {
  vgg16: [4, 9, 16, 23, 30],
  vgg19: [4, 9, 18, 27, 36],
};

/** Blocks of each stage of MobileNet V1, which Keras numbers through. */
const V1_STAGES = [1, 2, 2, 6, 2];
function v1Block(flat: number): string {
  let left = flat;
  const stage = V1_STAGES.findIndex((blocks) => {
    if (left < blocks) return true;
    left -= blocks;
    return false;
  });
  return `blocks.${stage}.${left}`;
}

/** Modules of Inception v3, which Keras numbers from 0. */
const V3_MODULES = ['5b', '5c', '5d', '6a', '6b', '6c', '6d', '6e', '7a', '7b', '7c'];

/** What Keras and timm call results that have another name here. Names that are not listed are the same. */
const taps: Readonly<Partial<Record<Dialect, Readonly<Record<string, Rename>>>>> = {
  timm: {
    ...timmMobileTaps,
    // timm's ResNets pool in a module of another name than torchvision's.
    resnet: (name) => (name === 'global_pool' ? 'avgpool' : undefined),
    // timm's MobileNet V1 has a head that does nothing.
    'mobilenet-v1': (name) => (name === 'conv_head' ? 'blocks.4' : undefined),
  },
  keras: {
    ...kerasMobileTaps,
    vgg: (name, model) => {
      const [, block] = /^block(\d)_pool$/.exec(name) ?? [];
      const layer = VGG_POOLS[model]?.[Number(block) - 1];
      return layer === undefined ? undefined : `features.${layer}`;
    },
    resnet: rewrites([
      [/^conv1_relu$/, () => 'relu'],
      [/^pool1_pool$/, () => 'maxpool'],
      [/^conv(\d)_block(\d+)_out$/, (stage = 0, block = 0) => `layer${stage - 1}.${block - 1}`],
    ]),
    'resnet-v2': rewrites([
      [/^pool1_pool$/, () => 'stem'],
      [/^conv(\d)_block(\d+)_out$/, (stage = 0, block = 0) => `stages.${stage - 2}.blocks.${block - 1}`],
      [/^post_relu$/, () => 'norm'],
    ]),
    'inception-v3': rewrites([
      [/^mixed9_(\d)$/, (half = 0) => `Mixed_${V3_MODULES[half + 9]}.branch3x3`],
      [/^mixed(\d+)$/, (module = 0) => `Mixed_${V3_MODULES[module]}`],
    ]),
    'mobilenet-v1': rewrites([
      [/^conv1_relu$/, () => 'stem'],
      [/^conv_pw_(\d+)_relu$/, (block = 0) => v1Block(block - 1)],
    ]),
    'mobilenet-v2': rewrites([
      [/^Conv1_relu$/, () => 'features.0'],
      [/^expanded_conv_project_BN$/, () => 'features.1'],
      [/^block_(\d+)_(?:add|project_BN)$/, (block = 0) => `features.${block + 1}`],
      [/^out_relu$/, () => 'features.18'],
    ]),
  },
};

/** Families of this zoo: a record of one of them must have its network here. */
export const ourFamilies = [
  /^vgg\d+(_bn)?$/i,
  /^resnet\d+$/i,
  /^resnext\d+_\d+x\d+d$/,
  /^wide_resnet/,
  /^resnet\d+(d|v2)$/i,
  /^darknet\d+$/,
  /^(alexnet|googlenet|squeezenet\d_\d|inception_?v3)$/i,
  /^mobilenet(_?v[12])?(_\d+)?$/i,
  /^(tf_)?mobilenet_?v3(_?large|_?small)(_\d+)?$/i,
  /^(mnasnet|(tf_)?efficientnet)/i,
];
