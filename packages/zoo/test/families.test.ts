import { dropDeadNodes, type Graph, GraphError, outputOf, sizeOf, tapOf } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alexnet,
  buildModel,
  cifarResNet,
  convnext,
  efficientnet,
  googlenet,
  inceptionV3,
  mobilenetV1,
  mobilenetV2,
  resnet,
  vgg,
} from '../src/index.js';
import { makeDivisible } from '../src/rounding.js';
import { countParams, published } from './reference.js';

/** Output channels of every convolution, in order. */
const widths = (graph: Graph): readonly number[] =>
  graph.nodes.filter((node) => node.op === 'conv2d').map((node) => node.shape.at(-1)!);

const width = fc.double({ min: 0.05, max: 4, noNaN: true });

describe('width multipliers', () => {
  it('round as _make_divisible does', () => {
    // torchvision and Keras both: max(8, int(v + 4) // 8 * 8), and 8 more where that is below 90 % of v.
    expect([1, 11, 12, 16, 18, 20, 89.6, 1000.5].map((v) => makeDivisible(v))).toEqual([
      8, 16, 16, 16, 24, 24, 88, 1000,
    ]);
    fc.assert(
      fc.property(fc.double({ min: 8, max: 4096, noNaN: true }), (value) => {
        const rounded = makeDivisible(value);
        expect(rounded % 8).toBe(0);
        expect(rounded).toBeGreaterThanOrEqual(0.9 * value);
        expect(Math.abs(rounded - value)).toBeLessThan(8);
      }),
    );
  });

  it("give channels in multiples of 8, and not in Keras's V1", () => {
    fc.assert(
      fc.property(width, (w) => {
        for (const graph of [
          mobilenetV1({ width: w }),
          mobilenetV2({ width: w }),
          mobilenetV2({ width: w, dialect: 'keras' }),
        ]) {
          for (const channels of widths(graph)) expect(channels % 8).toBe(0);
        }
        const pointwise = widths(mobilenetV1({ width: w, dialect: 'keras' })).filter((_, i) => i === 0 || i % 2 === 0);
        const channels = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
        expect(pointwise).toEqual(channels.map((c) => Math.trunc(c * w)));
      }),
      { numRuns: 25 },
    );
  });

  it('never make a wider network smaller', () => {
    fc.assert(
      fc.property(width, width, (a, b) => {
        const [narrow, wide] = [Math.min(a, b), Math.max(a, b)];
        expect(countParams(mobilenetV2({ width: narrow }))).toBeLessThanOrEqual(
          countParams(mobilenetV2({ width: wide })),
        );
        expect(countParams(mobilenetV1({ width: narrow }))).toBeLessThanOrEqual(
          countParams(mobilenetV1({ width: wide })),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('do not narrow the last convolution of V2', () => {
    expect(tapOf(mobilenetV2({ width: 0.35 }), 'features.18').shape.at(-1)).toBe(1280);
    expect(tapOf(mobilenetV2({ width: 1.4 }), 'features.18').shape.at(-1)).toBe(1792);
  });

  it('truncate in Keras before they round: 24 * 0.371 = 8.904 is 8 there and 16 elsewhere', () => {
    const stage = (dialect: 'keras' | 'torchvision'): number =>
      tapOf(mobilenetV2({ width: 0.371, dialect }), 'features.2').shape.at(-1)!;
    expect([stage('keras'), stage('torchvision')]).toEqual([8, 16]);
  });
});

describe('resolution', () => {
  it('halves five times, rounding up, and never changes parameters', () => {
    fc.assert(
      fc.property(fc.integer({ min: 33, max: 300 }), fc.integer({ min: 33, max: 300 }), (height, columns) => {
        const halved = (extent: number, times: number): number =>
          times === 0 ? extent : halved(Math.ceil(extent / 2), times - 1);
        const input = [height, columns, 3];
        const ends: readonly (readonly [Graph, string])[] = [
          [resnet('resnet18', { input }), 'layer4'],
          [mobilenetV1({ input }), 'blocks.4'],
          [mobilenetV2({ input }), 'features.18'],
          [mobilenetV2({ input, dialect: 'keras' }), 'features.18'],
        ];
        for (const [graph, tap] of ends) {
          expect(tapOf(graph, tap).shape.slice(0, 2)).toEqual([halved(height, 5), halved(columns, 5)]);
        }
        expect(countParams(vgg('vgg11', { input }))).toBe(132_863_336);
      }),
      { numRuns: 25 },
    );
  });

  it("Keras's V1 loses a pixel at odd maps, where it pads right and bottom all the same", () => {
    expect(tapOf(mobilenetV1({ input: 98, dialect: 'keras' }), 'blocks.1.0.conv_dw').shape).toEqual([24, 24, 64]);
    expect(tapOf(mobilenetV1({ input: 98 }), 'blocks.1.0.conv_dw').shape).toEqual([25, 25, 64]);
  });

  const rows = published.filter(
    ({ source, family }) =>
      source === 'torchvision' && /^(vgg|resnet|mobilenet_v2|alexnet|squeezenet|googlenet|densenet)$/.test(family),
  );
  it.each(rows)(
    "$name, $variant, builds at torchvision's smallest input and names the layer below it",
    ({ name, min_size }) => {
      const [height, columns] = min_size!;
      expect(outputOf(buildModel(name, { input: [height, columns, 3] })).shape).toEqual([1000]);
      const smaller = (): Graph => buildModel(name, { input: [height - 1, columns - 1, 3] });
      const layer =
        height === 1
          ? /^input: /
          : /^(features\.\S+|maxpool3): (max|avg)Pool: .* nothing is left; give the network a larger input/;
      expect(smaller).toThrow(layer);
      expect(smaller).toThrow(GraphError);
    },
  );

  it('names the layer for an input that is no picture', () => {
    expect(() => resnet('resnet18', { input: [224] })).toThrow(
      /^conv1: conv2d: needs a map \[height, width, channels\], got 224/,
    );
    expect(() => vgg('vgg16', { input: [224, 224.5, 3] })).toThrow(/^input: /);
    expect(() => mobilenetV1({ width: 0.01, dialect: 'keras' })).toThrow(/^conv_stem: /);
  });
});

describe('configuration', () => {
  it('has auxiliary classifiers on request, whose logits are taps', () => {
    // With them GoogLeNet has 13,004,888 parameters and Inception v3 the 27,161,264 that torchvision publishes.
    const taps = (graph: Graph, names: readonly string[]) => names.map((name) => tapOf(graph, name).shape);
    const google = buildModel('googlenet', { aux: true, classes: 5 });
    expect(taps(google, ['aux1', 'aux2', 'inception4a'])).toEqual([[5], [5], [14, 14, 512]]);
    expect(countParams(buildModel('googlenet', { aux: true }))).toBe(13_004_888);
    const v3 = buildModel('inception_v3', { aux: true });
    expect(tapOf(v3, 'AuxLogits').shape).toEqual([1000]);
    expect(countParams(v3)).toBe(27_161_264);
    expect(buildModel('inception_v3', { aux: false })).toEqual(buildModel('inception_v3'));
    expect(() => buildModel('InceptionV3', { aux: true })).toThrow(/aux is true, but the Inception v3 of Keras has no/);
    expect(() => buildModel('resnet50', { aux: true })).toThrow(/resnet50 has no auxiliary classifiers/);
  });

  it('leaves out the auxiliary classifiers with the nodes that only they need', () => {
    const plain = googlenet();
    const pruned = dropDeadNodes({ ...googlenet({ aux: true }), taps: {} });
    expect(pruned.nodes).toEqual(plain.nodes);
  });

  it("turns torchvision's picture into TensorFlow's by transformInput: (x/255 - mean) / std to x/127.5 - 1", () => {
    for (const graph of [googlenet({ transformInput: true }), inceptionV3({ transformInput: true })]) {
      const node = graph.nodes[1]!;
      if (node.op !== 'rescale') throw new Error(node.op);
      const { scale, offset } = node.attributes;
      [0.485, 0.456, 0.406].forEach((mean, c) => {
        const std = [0.229, 0.224, 0.225][c]!;
        for (const x of [0, 100, 255]) {
          expect(((x / 255 - mean) / std) * scale[c]! + offset[c]!).toBeCloseTo(x / 127.5 - 1, 12);
        }
      });
    }
  });

  it("has Keras's Inception v3 without scales, with padding left out of its averages, and no dropout", () => {
    const [keras, torch] = ['InceptionV3', 'inception_v3'].map((name) => buildModel(name));
    const roles = new Set(keras!.nodes.flatMap((node) => node.params.map(({ role }) => role)));
    expect([...roles].sort()).toEqual(['bias', 'kernel', 'mean', 'shift', 'variance']);
    const counted = (graph: Graph) =>
      new Set(graph.nodes.flatMap((node) => (node.op === 'avgPool' ? [node.attributes.countIncludePad] : [])));
    expect([...counted(keras!), ...counted(torch!)]).toEqual([false, true]);
    expect(keras!.nodes.filter((node) => node.op === 'dropout')).toEqual([]);
  });

  it('has LeNet-5 of 61,706 parameters, whose C5 is a convolution as in the paper', () => {
    // Section II.B: C1 156, C3 fully connected 2,416, C5 48,120, F6 10,164, and a dense output of 850.
    const graph = buildModel('lenet5');
    const params = (path: string): number =>
      tapOf(graph, path).params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(['c1', 'c3', 'c5', 'f6', 'output'].map(params)).toEqual([156, 2416, 48_120, 10_164, 850]);
    expect(countParams(graph)).toBe(61_706);
    expect(['c1', 's2', 'c3', 's4', 'c5'].map((name) => tapOf(graph, name).shape)).toEqual([
      [28, 28, 6],
      [14, 14, 6],
      [10, 10, 16],
      [5, 5, 16],
      [1, 1, 120],
    ]);
  });

  it('has AlexNet of two columns, 60,965,224 parameters', () => {
    expect(countParams(alexnet('alexnet_2012'))).toBe(60_965_224);
    // Krizhevsky et al. 2012, section 3.5: the kernels of the five convolutions.
    const kernels = alexnet('alexnet_2012').nodes.flatMap(({ op, params }) =>
      op === 'conv2d' ? [params[0]!.shape] : [],
    );
    expect(kernels).toEqual([
      [11, 11, 3, 96],
      [5, 5, 48, 256],
      [3, 3, 256, 384],
      [3, 3, 192, 384],
      [3, 3, 192, 256],
    ]);
  });

  it('takes any depth of 6n + 2', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (n) => {
        const graph = cifarResNet({ depth: 6 * n + 2 });
        const weighted = graph.nodes.filter((node) => node.op === 'conv2d' || node.op === 'dense');
        expect(weighted).toHaveLength(6 * n + 2);
      }),
      { numRuns: 10 },
    );
    for (const depth of [2, 19, 21, -4, 20.5, Number.NaN])
      expect(() => cifarResNet({ depth })).toThrow(/must be 6n \+ 2/);
  });

  it('takes a ResNet or VGG that has no name', () => {
    const tiny = resnet(
      { block: 'bottleneck', depths: [1, 1, 1, 1], groups: 2, strideOn: '1x1' },
      { classes: 5, input: 64 },
    );
    expect(outputOf(tiny).shape).toEqual([5]);
    expect(tiny.nodes.filter((node) => node.op === 'add')).toHaveLength(4);
    expect(vgg({ config: 'A', norm: true }).name).toBe('vgg-A-bn');
  });

  it('has no dropout where the rate is 0', () => {
    const drops = (graph: Graph): readonly unknown[] =>
      graph.nodes.flatMap((node) => (node.op === 'dropout' ? [node.attributes.rate] : []));
    expect(drops(mobilenetV2())).toEqual([0.2]);
    expect(drops(mobilenetV2({ dropout: 0 }))).toEqual([]);
    expect(drops(mobilenetV1())).toEqual([]);
    expect(drops(mobilenetV1({ dialect: 'keras' }))).toEqual([1e-3]);
    expect(drops(vgg('vgg11'))).toEqual([0.5, 0.5]);
    expect(drops(vgg('vgg11', { dialect: 'keras' }))).toEqual([]);
  });

  // torchvision: 0.2 * block / blocks where a block has its identity, and rate * block / (blocks - 1); none in timm.
  it('has stochastic depth on the branches of EfficientNet and ConvNeXt, growing with depth', () => {
    const rates = (graph: Graph): readonly number[] =>
      graph.nodes.flatMap((node) =>
        node.op === 'dropout' && node.attributes.per === 'example' ? [node.attributes.rate] : [],
      );
    const identities = [2, 4, 6, 7, 9, 10, 12, 13, 14];
    expect(rates(efficientnet('efficientnet_b0'))).toEqual(identities.map((block) => (0.2 * block) / 16));
    expect(rates(efficientnet('efficientnet_b0', { dialect: 'timm' }))).toEqual([]);
    expect(rates(efficientnet('efficientnet_b0', { stochasticDepth: 0 }))).toEqual([]);
    // The first block's rate is 0, and there is no node for it.
    expect(rates(convnext('convnext_base'))).toEqual(Array.from({ length: 35 }, (_, i) => (0.5 * (i + 1)) / 35));
    const branches = convnext('convnext_tiny').nodes.filter((node) => node.op === 'dropout');
    expect(branches[0]!.path).toBe('features.1.1.stochastic_depth');
  });

  it("has the nodes of VGG at the paths of torchvision's modules", () => {
    const graph = vgg('vgg11_bn');
    const ops = [
      'features.0',
      'features.1',
      'features.2',
      'features.3',
      'avgpool',
      'classifier.1',
      'classifier.2',
      'classifier.6',
    ];
    expect(ops.map((path) => tapOf(graph, path).op)).toEqual([
      'conv2d',
      'batchNorm',
      'activation',
      'maxPool',
      'adaptiveAvgPool',
      'activation',
      'dropout',
      'dense',
    ]);
  });
});
