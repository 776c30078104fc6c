import { ConvzooError, copyAny, copyNode, type Graph, rewriteGraph, toPadding } from '@convzoo/layers';
import {
  alexnet,
  type BuildOptions,
  cifarResNet,
  googlenet,
  type ModelName,
  mobilenetV1,
  resolveModel,
} from '@convzoo/zoo';
import type { PublishedRow, PublishedSource } from './row.js';

/** The network of the zoo that a published row is about. */
export interface PublishedNetwork {
  /** Its name in the zoo, or what it would be there. */
  readonly model: ModelName | (string & {});
  /** Width multiplier. */
  readonly width: number;
  /** As published: at the row's input, in the variant that its source means. */
  build(): Graph;
}

interface Meant {
  /** A name that the zoo knows, and what it is built with. */
  readonly name: string;
  readonly options?: BuildOptions;
  /** For networks that the registry does not have: how they are built at an input. */
  readonly build?: (input: NonNullable<BuildOptions['input']>) => Graph;
}

interface Spelling {
  readonly source: PublishedSource;
  readonly name: RegExp;
  readonly means: (match: readonly string[]) => Meant;
}

const PAPER_VGG: Readonly<Record<string, string>> = { A: 'vgg11', B: 'vgg13', C: 'vgg16_c', D: 'vgg16', E: 'vgg19' };

const as = (source: PublishedSource, name: RegExp, means: Spelling['means']): Spelling => ({ source, name, means });

/** A network at another width; the groups of the match that hold its name and the width. */
const wider =
  (name: number, width: number, more: BuildOptions = {}): Spelling['means'] =>
  (match) => ({ name: match[name] ?? '', options: { ...more, width: Number(match[width]) } });

/** A name with the match's first group in the place of `*`. */
const like =
  (pattern: string): Spelling['means'] =>
  ([, first = '']) => ({ name: pattern.replace('*', first) });

const cifar =
  (shortcut: 'A' | 'B'): Spelling['means'] =>
  ([, depth]) => ({
    name: `resnet${depth}${shortcut === 'B' ? 'b' : ''}-cifar10`,
    build: (input) => cifarResNet({ depth: Number(depth), shortcut, input }),
  });

/** With the 5x5 convolutions of table 1, where torchvision's first port and all its weights have 3x3. */
function googlenetOfThePaper(input: NonNullable<BuildOptions['input']>): Graph {
  return rewriteGraph(googlenet({ input }), (node, inputs, builder) => {
    if (node.op !== 'conv2d' || !/^inception\d\w\.branch3\.1\./.test(node.path)) return copyAny(node, inputs, builder);
    const params = node.params.map((param) => {
      return param.role === 'kernel' ? { ...param, shape: [5, 5, ...param.shape.slice(2)] } : param;
    });
    const attributes = { ...node.attributes, padding: toPadding(2) };
    return copyNode(builder, node, inputs, { attributes, params });
  });
}

/** What the names of sources mean in the zoo, where they are not the zoo's own names or aliases; the first that fits. */
const spellings: readonly Spelling[] = [
  as('keras-applications', /^(MobileNet(?:V2)?)\(alpha=([\d.]+)\)$/, wider(1, 2)),
  as('keras-applications', /^MobileNetV3\(large\)$/, like('MobileNetV3Large')),
  as('keras-docstring', /^mobilenet_v3_large_1\.0_224$/, like('MobileNetV3Large')),
  as('keras-docstring', /^mobilenet_v3_small_1\.0_224$/, like('MobileNetV3Small')),
  as('keras-docstring', /^mobilenet_v3_(large|small)_minimalistic_1\.0_224$/, like('mobilenet_v3_*_minimalistic')),
  // TensorFlow's own networks; Keras took their padding and rounding over.
  as('tf-slim', /^(mobilenet_v[12])_([\d.]+)_\d+$/, wider(1, 2, { dialect: 'keras' })),
  as('tf-slim', /^mobilenet_v3 Large dm=1$/, like('MobileNetV3Large')),
  as('tf-slim', /^mobilenet_v3 Small dm=1$/, like('MobileNetV3Small')),
  as('tf-slim', /^mobilenet_v3 Large minimalistic$/, like('mobilenet_v3_large_minimalistic')),
  as('tf-slim', /^mobilenet_v3 Small minimalistic$/, like('mobilenet_v3_small_minimalistic')),
  as('paper', /^([\d.]+) (MobileNet)-\d+$/, wider(2, 1)),
  as('paper', /^Conv MobileNet$/, () => ({
    name: 'mobilenet_v1',
    build: (input) => mobilenetV1({ input, separable: false }),
  })),
  as('paper', /^Shallow MobileNet$/, () => ({
    name: 'mobilenet_v1',
    build: (input) => mobilenetV1({ input, shallow: true }),
  })),
  as('paper', /^MobileNetV1$/, like('MobileNet')),
  as('paper', /^MobileNetV2 \(([\d.]+)\)$/, ([, width]) => ({
    name: 'MobileNetV2',
    options: { width: Number(width) },
  })),
  as('paper', /^V3-Large 1\.0$/, like('mobilenet_v3_large')),
  as('paper', /^V3-Small 1\.0$/, like('mobilenet_v3_small')),
  as('paper', /^VGG 16$/, like('vgg16')),
  as('paper', /^VGG ([A-E])$/, ([, column = '']) => ({ name: PAPER_VGG[column] ?? column })),
  // Tables of 2017 mean the network of two columns.
  as('paper', /^AlexNet$/, () => ({ name: 'alexnet', build: (input) => alexnet('alexnet_2012', { input }) })),
  as('paper', /^Squeezenet$/, like('squeezenet1_0')),
  as('paper', /^GoogLeNet$/, () => ({ name: 'googlenet', build: googlenetOfThePaper })),
  as('paper', /^ResNet-34$/, like('resnet34_a')),
  as('paper', /^ResNet-(50|101|152)$/, like('resnet*_v1')),
  as('paper', /^ResNet-(\d+) \(CIFAR-10\)$/, cifar('A')),
  as('osmr-imgclsmob', /^ResNet-(\d+) \(CIFAR-10\)$/, cifar('B')),
  as('osmr-imgclsmob', /^VGG-(\d+)$/, like('vgg*')),
  as('osmr-imgclsmob', /^BN-VGG-(\d+)b$/, like('vgg*_bn')),
  as('osmr-imgclsmob', /^ResNet-(18|34)$/, like('resnet*')),
  as('osmr-imgclsmob', /^ResNet-(\d+)$/, like('resnet*_v1')),
  as('osmr-imgclsmob', /^ResNet-(\d+)b$/, like('resnet*')),
  as('osmr-imgclsmob', /^ResNeXt-101 \(64x4d\)$/, like('resnext101_64x4d')),
  as('osmr-imgclsmob', /^(MobileNet) x([\d.]+)$/, wider(1, 2)),
  as('osmr-imgclsmob', /^AlexNet-b$/, like('alexnet')),
  as('osmr-imgclsmob', /^DenseNet-(\d+)$/, like('densenet*')),
  as('osmr-imgclsmob', /^SqueezeNet v1\.0$/, like('squeezenet1_0')),
  as('osmr-imgclsmob', /^MnasNet-B1$/, like('mnasnet1_0')),
  as('mxop', /^SqueezeNet1_0$/, like('squeezenet1_0')),
  as('mxop', /^ResNet(\d+)_v1$/, like('resnet*')),
  as('mxop', /^(MobileNet)_v1_([\d.]+)$/, wider(1, 2)),
];

/**
 * The network that a row is about, in the variant that its source means: the paper's ResNet-50 strides on the first 1x1, and
 * TF-slim's MobileNets pad as Keras does.
 *
 * @returns undefined where the zoo has none of that name
 */
export function networkOf(
  row: Pick<PublishedRow, 'source' | 'name' | 'height' | 'width'>,
): PublishedNetwork | undefined {
  const { source, name, height, width } = row;
  const meant = meaningOf(source, name);
  const input = [height, width, 3];
  try {
    const { name: model, entry, options } = resolveModel(meant.name, { ...meant.options, input });
    const build =
      meant.build === undefined ? () => entry.build(options) : () => meant.build?.(input) ?? entry.build(options);
    return { model, width: options.width ?? 1, build };
  } catch (error) {
    if (!(error instanceof ConvzooError) || error.code !== 'unknown-model') throw error;
    const { build } = meant;
    return build && { model: meant.name, width: 1, build: () => build(input) };
  }
}

function meaningOf(source: PublishedSource, name: string): Meant {
  for (const spelling of spellings) {
    const match = spelling.source === source ? spelling.name.exec(name) : null;
    if (match !== null) return spelling.means(match);
  }
  return { name: source === 'timm' ? `timm/${name}` : name };
}
