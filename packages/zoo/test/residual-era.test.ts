import { type Graph, nodeAt, paramsOf, tapOf } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import {
  buildModel,
  convnext,
  darknet53,
  modelNames,
  models,
  type RegNetVariant,
  regnet,
  regnetStages,
  regnetVariants,
  resnet,
  resnetV2,
} from '../src/index.js';
import { countMacs, countParams, goldens, stateDicts, torchShape, torchShapes } from './reference.js';

const opAt = (graph: Graph, path: string) => tapOf(graph, path);
const stridesAt = (graph: Graph, path: string): number | undefined => {
  const node = opAt(graph, path);
  return node.op === 'conv2d' || node.op === 'maxPool' ? node.attributes.strides[0] : undefined;
};

describe('published figures that published.json has no row of', () => {
  // `num_params` and `_ops` (1e9 multiply-accumulates) of the weights in torchvision's models/regnet.py and convnext.py.
  it.each([
    ['regnet_x_400mf', 5_495_976, 0.414],
    ['regnet_x_800mf', 7_259_656, 0.8],
    ['regnet_x_1_6gf', 9_190_136, 1.603],
    ['regnet_x_3_2gf', 15_296_552, 3.177],
    ['regnet_x_8gf', 39_572_648, 7.995],
    ['regnet_x_16gf', 54_278_536, 15.941],
    ['regnet_x_32gf', 107_811_560, 31.736],
    ['regnet_y_400mf', 4_344_144, 0.402],
    ['regnet_y_800mf', 6_432_512, 0.834],
    ['regnet_y_1_6gf', 11_202_430, 1.612],
    ['regnet_y_3_2gf', 19_436_338, 3.176],
    ['regnet_y_8gf', 39_381_472, 8.473],
    ['regnet_y_16gf', 83_590_140, 15.912],
    ['regnet_y_32gf', 145_046_770, 32.28],
    ['convnext_tiny', 28_589_128, 4.456],
    ['convnext_small', 50_223_688, 8.684],
    ['convnext_base', 88_591_464, 15.355],
  ])('torchvision %s: %i parameters, %f G', (name, params, ops) => {
    const graph = buildModel(name);
    expect(countParams(graph)).toBe(params);
    expect(Math.abs(countMacs(graph) / 1e9 - ops)).toBeLessThan(0.00051);
  });

  it('Darknet-19 needs 5.58 billion operations at 224 (YOLO9000, section 3), Darknet-53 18.7 at 256 (YOLOv3, table 2)', () => {
    expect((2 * countMacs(buildModel('darknet19'))) / 1e9).toBeCloseTo(5.58, 2);
    expect(Math.abs((2 * countMacs(buildModel('darknet53'))) / 1e9 - 18.7)).toBeLessThan(0.2);
  });
});

describe('the golden records of timm and Keras', () => {
  const records = goldens.filter(({ model }) => ['resnet50d', 'darknet53', 'ResNet50V2'].includes(model));

  it('are found', () => expect(records).toHaveLength(3));

  it.each(records.filter(({ framework }) => framework === 'timm').map((record) => [record.case, record] as const))(
    'timm %s: parameters and taps',
    (_, { model, params, taps }) => {
      const graph = buildModel(model);
      expect(countParams(graph)).toBe(params);
      for (const { name, shape } of taps) {
        // timm's ResNets pool in a module of another name than torchvision's.
        const tap = name === 'global_pool' && model === 'resnet50d' ? 'avgpool' : name;
        expect(torchShape(graph, tapOf(graph, tap).id), name).toEqual(shape.slice(1));
      }
    },
  );

  it.each(['ResNet50V2', 'ResNet101V2', 'ResNet152V2'])('Keras %s has its shapes', (name) => {
    const shapes = (list: readonly (readonly number[])[]): readonly string[] => list.map((s) => s.join('x')).sort();
    const wanted = stateDicts.frameworks.keras[name]!.keys.map(({ shape }) => shape);
    expect(shapes(paramsOf(buildModel(name)).map(({ shape }) => shape))).toEqual(shapes(wanted));
  });
});

describe('ResNet v2', () => {
  it('of Keras strides in the last block of a stage, where the identity is pooled by one pixel', () => {
    const graph = buildModel('ResNet50V2');
    const blocks = ['0.blocks.2', '1.blocks.3', '2.blocks.5'];
    for (const block of blocks) {
      expect(stridesAt(graph, `stages.${block}.conv2`)).toBe(2);
      expect(opAt(graph, `stages.${block}.downsample.pool`).attributes).toMatchObject({
        size: [1, 1],
        strides: [2, 2],
      });
    }
    const strided = graph.nodes.filter((node) => node.op === 'conv2d' && node.attributes.strides[0] === 2);
    expect(strided.map(({ path }) => path)).toEqual(['stem.conv', ...blocks.map((block) => `stages.${block}.conv2`)]);
  });

  it('of timm strides in the first block of a stage, as does its projection', () => {
    const graph = buildModel('resnetv2_50');
    for (const stage of [1, 2, 3]) {
      expect(stridesAt(graph, `stages.${stage}.blocks.0.conv2`)).toBe(2);
      expect(stridesAt(graph, `stages.${stage}.blocks.0.downsample.conv`)).toBe(2);
    }
    expect(graph.nodes.filter((node) => node.op === 'maxPool')).toHaveLength(1);
  });

  it('of Keras pads its pool with zeros, which count among values that nothing has rectified', () => {
    const pool = opAt(buildModel('ResNet50V2'), 'stem.pool');
    expect(pool.attributes).toMatchObject({ padding: [0, 0, 0, 0] });
    expect(nodeAt(buildModel('ResNet50V2'), pool.inputs[0]!)).toMatchObject({ op: 'zeroPad' });
    expect(opAt(buildModel('resnetv2_50'), 'stem.pool').attributes).toMatchObject({ padding: [1, 1, 1, 1] });
  });

  it('has biases in Keras where no norm follows at once, and none in timm', () => {
    const biased = (name: string): readonly string[] =>
      buildModel(name)
        .nodes.filter((n) => n.op === 'conv2d' && n.params.length === 2)
        .map((n) => n.path);
    expect(biased('resnetv2_50')).toEqual([]);
    const keras = biased('ResNet50V2');
    expect(keras.filter((path) => /conv[12]$/.test(path))).toEqual([]);
    expect(keras).toHaveLength(1 + 16 + 4);
  });

  it('projects what norm and ReLU have seen, and adds what they have not', () => {
    const graph = resnetV2({ depths: [2, 1, 1, 1] }, { input: 64, classes: 3 });
    const [first] = opAt(graph, 'stages.0.blocks.0.downsample.conv').inputs;
    expect(nodeAt(graph, first!)).toMatchObject({ op: 'activation' });
    const sums = graph.nodes.filter((node) => node.op === 'add');
    expect(sums[1]!.inputs).toContain(sums[0]!.id);
    expect(graph.name).toBe('resnetv2');
  });

  it('has no dialect of torchvision', () => {
    expect(() => buildModel('resnetv2_50', { dialect: 'torchvision' })).toThrow(/exists in timm, keras/);
    expect(() => resnetV2('resnetv2_50', { dialect: 'torch' as 'timm' })).toThrow(/exists in timm and keras/);
  });
});

describe('ResNet-D and SE-ResNet', () => {
  it('averages where it strides, over what is there', () => {
    const graph = buildModel('resnet50d');
    const pools = graph.nodes.filter((node) => node.op === 'avgPool');
    expect(pools.map(({ path }) => path)).toEqual([2, 3, 4].map((stage) => `layer${stage}.0.downsample.0`));
    for (const { attributes } of pools) {
      expect(attributes).toMatchObject({ size: [2, 2], strides: [2, 2], ceilMode: true, countIncludePad: false });
    }
    expect(graph.nodes.filter((node) => node.op === 'conv2d' && node.attributes.strides[0] === 2)).toHaveLength(4);
  });

  it('squeezes a sixteenth, in multiples of 8, before the sum', () => {
    const widths = (name: string): readonly number[] =>
      buildModel(name)
        .nodes.filter(({ path }) => path.endsWith('.0.se.fc1'))
        .map(({ shape }) => shape.at(-1)!);
    expect(widths('seresnet50')).toEqual([16, 32, 64, 128]);
    expect(widths('seresnet18')).toEqual([8, 8, 16, 32]);
    const graph = resnet({ block: 'basic', depths: [1, 1, 1, 1], squeezeExcitation: true }, { input: 32 });
    const [branch] = graph.nodes.find((node) => node.op === 'add')!.inputs;
    expect(nodeAt(graph, branch!)).toMatchObject({ op: 'multiply' });
  });

  it('spells parameters as timm does', () => {
    const names = torchShapes(buildModel('seresnet50')).map(([name, shape]) => `${name} ${shape.join('x')}`);
    expect(names.filter((name) => name.startsWith('layer1.0.se'))).toEqual([
      'layer1.0.se.fc1.weight 16x256x1x1',
      'layer1.0.se.fc1.bias 16',
      'layer1.0.se.fc2.weight 256x16x1x1',
      'layer1.0.se.fc2.bias 256',
    ]);
  });
});

describe('RegNet', () => {
  // Radosavovic et al. 2020, figures 16 and 17: stages of the networks, d_i and w_i.
  it.each<readonly [RegNetVariant, readonly number[], readonly number[]]>([
    ['regnet_x_400mf', [1, 2, 7, 12], [32, 64, 160, 384]],
    ['regnet_x_800mf', [1, 3, 7, 5], [64, 128, 288, 672]],
    ['regnet_x_1_6gf', [2, 4, 10, 2], [72, 168, 408, 912]],
    ['regnet_x_3_2gf', [2, 6, 15, 2], [96, 192, 432, 1008]],
    ['regnet_x_8gf', [2, 5, 15, 1], [80, 240, 720, 1920]],
    ['regnet_x_16gf', [2, 6, 13, 1], [256, 512, 896, 2048]],
    ['regnet_x_32gf', [2, 7, 13, 1], [336, 672, 1344, 2520]],
    ['regnet_y_400mf', [1, 3, 6, 6], [48, 104, 208, 440]],
    ['regnet_y_800mf', [1, 3, 8, 2], [64, 128, 320, 768]],
    ['regnet_y_1_6gf', [2, 6, 17, 2], [48, 120, 336, 888]],
    ['regnet_y_3_2gf', [2, 5, 13, 1], [72, 216, 576, 1512]],
    ['regnet_y_8gf', [2, 4, 10, 1], [168, 448, 896, 2016]],
    ['regnet_y_16gf', [2, 4, 11, 1], [224, 448, 1232, 3024]],
    ['regnet_y_32gf', [2, 5, 12, 1], [232, 696, 1392, 3712]],
  ])('%s has the stages of the paper in timm', (name, depths, widths) => {
    const stages = regnetStages(regnetVariants[name], 'timm');
    expect(stages.map(({ depth }) => depth)).toEqual(depths);
    expect(stages.map(({ width }) => width)).toEqual(widths);
  });

  it("torchvision's rounding makes three of them wider", () => {
    const differing = modelNames.filter(
      (name) =>
        models[name].family === 'regnet' &&
        countParams(buildModel(name, { dialect: 'timm' })) !== countParams(buildModel(name)),
    );
    expect(differing).toEqual(['regnet_x_400mf', 'regnet_y_800mf', 'regnet_y_8gf']);
    expect(regnetStages(regnetVariants.regnet_x_400mf).at(-1)?.width).toBe(400);
  });

  it('squeezes a quarter of the channels that enter the block, not of its own', () => {
    const graph = buildModel('regnet_y_400mf');
    expect(opAt(graph, 'trunk_output.block1.block1-0.f.se.fc1').shape.at(-1)).toBe(8);
    expect(opAt(graph, 'trunk_output.block2.block2-0.f.se.fc1').shape.at(-1)).toBe(12);
    expect(opAt(graph, 'trunk_output.block2.block2-1.f.se.fc1').shape.at(-1)).toBe(26);
    expect(buildModel('regnet_x_400mf').nodes.some((node) => node.op === 'multiply')).toBe(false);
  });

  it("lists parameters in torchvision's order, the projection first", () => {
    const names = paramsOf(buildModel('regnet_y_400mf')).map(({ path }) => path);
    const block = names.filter(
      (path) => path.startsWith('trunk_output.block1.block1-0.') && !/running|bias/.test(path),
    );
    expect(block.map((path) => path.slice('trunk_output.block1.block1-0.'.length))).toEqual([
      'proj.0.weight',
      'proj.1.weight',
      'f.a.0.weight',
      'f.a.1.weight',
      'f.b.0.weight',
      'f.b.1.weight',
      'f.se.fc1.weight',
      'f.se.fc2.weight',
      'f.c.0.weight',
      'f.c.1.weight',
    ]);
  });

  it('takes a network of one’s own', () => {
    const config = { depth: 6, initialWidth: 16, slope: 8, ratio: 2, groupWidth: 8 };
    expect(regnetStages(config).reduce((sum, { depth }) => sum + depth, 0)).toBe(6);
    expect(regnet(config, { input: 64, classes: 4 }).name).toBe('regnet');
  });
});

describe('ConvNeXt', () => {
  it('has dense layers on maps, eps 1e-6 and a scale before the sum', () => {
    const graph = convnext({ depths: [1, 1, 1, 1], width: 8 }, { input: 64, classes: 2 });
    expect(torchShapes(graph).filter(([name]) => name.startsWith('features.1.'))).toEqual([
      ['features.1.0.block.0.weight', [8, 1, 7, 7]],
      ['features.1.0.block.0.bias', [8]],
      ['features.1.0.block.2.weight', [8]],
      ['features.1.0.block.2.bias', [8]],
      ['features.1.0.block.3.weight', [32, 8]],
      ['features.1.0.block.3.bias', [32]],
      ['features.1.0.block.5.weight', [8, 32]],
      ['features.1.0.block.5.bias', [8]],
      ['features.1.0.layer_scale', [8]],
    ]);
    const norms = graph.nodes.filter((node) => node.op === 'layerNorm');
    expect(norms).toHaveLength(1 + 4 + 3 + 1);
    for (const { attributes } of norms) expect(attributes).toEqual({ eps: 1e-6 });
    for (const sum of graph.nodes.filter((node) => node.op === 'add')) {
      expect(nodeAt(graph, sum.inputs[0]!)).toMatchObject({ op: 'layerScale' });
    }
  });
});

describe('Darknet', () => {
  const slopes = (graph: Graph): ReadonlySet<number> =>
    new Set(graph.nodes.flatMap((node) => (node.op === 'leakyRelu' ? [node.attributes.slope] : [])));

  it("has torch's slope in timm and 0.1 in Darknet", () => {
    expect([...slopes(buildModel('darknet53'))]).toEqual([0.01]);
    expect([...slopes(darknet53({ slope: 0.1 }))]).toEqual([0.1]);
    expect([...slopes(buildModel('darknet19'))]).toEqual([0.1]);
  });

  it('has as many convolutions as its name says, the classifier among them', () => {
    const weighted = (name: string): number =>
      buildModel(name).nodes.filter((node) => node.op === 'conv2d' || node.op === 'dense').length;
    expect([weighted('darknet19'), weighted('darknet53')]).toEqual([19, 53]);
  });

  it('pools 2x2 to the right and below at odd extents, as Darknet does', () => {
    const graph = buildModel('darknet19', { input: [225, 224, 3] });
    expect(tapOf(graph, 'layers.1').shape).toEqual([113, 112, 32]);
  });
});
