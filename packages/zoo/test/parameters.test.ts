import { type Graph, nodeAt, paramsOf, sizeOf, tapOf } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { buildModel, models } from '../src/index.js';
import {
  countMacs,
  countParams,
  type GoldenRecord,
  goldens,
  layerTables,
  macsOf,
  stateDicts,
  torchKeys,
  torchShape,
  torchShapes,
} from './reference.js';

/** The networks of the reference files that are in this zoo yet. */
const OURS = /^(vgg|resnet(18|34|50|101|152)$|resnext|mobilenet(_?v[12])|alexnet|squeezenet|googlenet|inception_v3)/;
const KERAS = ['VGG16', 'VGG19', 'ResNet50', 'ResNet101', 'ResNet152', 'MobileNet', 'MobileNetV2', 'InceptionV3'];

const { torchvision, timm, keras } = stateDicts.frameworks;
const sorted = (shapes: readonly (readonly number[])[]): readonly string[] => shapes.map((s) => s.join('x')).sort();

describe('parameters are those of the checkpoints, in name, shape and order', () => {
  const same = { ...torchvision, mobilenetv1_100: timm['mobilenetv1_100']!, resnet50: timm['resnet50']! };
  for (const [name, { keys }] of Object.entries(same).filter(
    ([name]) => OURS.test(name) && !/mobilenet.*v3/.test(name),
  )) {
    it(name, () => {
      const wanted = keys.filter((key) => !key.name.endsWith('num_batches_tracked'));
      expect(torchShapes(buildModel(name))).toEqual(wanted.map((key) => [key.name, key.shape]));
    });
  }

  for (const { case: name, keys } of torchKeys.filter((record) => OURS.test(record.case.split('-')[0]!))) {
    if (/mobilenet.*v3/.test(name)) continue;
    it(`golden ${name}`, () => {
      const [model, width] = name.replace(/-\d+x\d+$/, '').split('-');
      expect(torchShapes(buildModel(width === undefined ? model! : `${model}@${width}`))).toEqual(keys);
    });
  }
});

describe('parameters have the shapes of checkpoints that spell them in another way', () => {
  for (const name of ['vgg16', 'vgg16_bn', 'mobilenetv2_100']) {
    it(`timm ${name}`, () => {
      const wanted = timm[name]!.keys.filter((key) => !key.name.endsWith('num_batches_tracked')).map(({ shape }) =>
        // timm has VGG's classifier as convolutions, the same numbers as dense layers.
        name.startsWith('vgg') && shape.length === 4 && shape[0] === 4096 ? [4096, sizeOf(shape.slice(1))] : shape,
      );
      expect(torchShapes(buildModel(`timm/${name}`)).map(([, shape]) => shape)).toEqual(wanted);
    });
  }

  for (const name of KERAS.filter((model) => Object.hasOwn(keras, model))) {
    it(`Keras ${name}`, () => {
      const graph = buildModel(name);
      const ours = paramsOf(graph).map(({ shape }) => shape);
      const wanted = keras[name]!.keys.map(({ name: key, shape }) => {
        // Keras keeps depthwise kernels as [kh, kw, channels, 1], and MobileNet's classifier as a 1x1 convolution.
        if (/depthwise|conv_dw_\d+\/.*kernel/.test(key) && shape.length === 4)
          return [...shape.slice(0, 2), 1, shape[2]!];
        return key.startsWith('conv_preds') && shape.length === 4 ? shape.slice(2) : shape;
      });
      expect(sorted(ours)).toEqual(sorted(wanted));
    });
  }
});

/** The network of a golden record. */
function goldenGraph({ framework, model, args, input }: GoldenRecord): Graph {
  const [a, b, c] = input.shape.slice(1) as [number, number, number];
  const width = (args['width_mult'] ?? args['alpha']) as number | undefined;
  return buildModel(`${framework}/${model}`, { input: input.layout === 'NHWC' ? [a, b, c] : [b, c, a], width });
}

describe('golden records', () => {
  const records = goldens.filter(
    ({ model }) => (OURS.test(model) && !/mobilenet.*v3/.test(model)) || KERAS.includes(model),
  );

  it('are found', () => expect(records).toHaveLength(32));

  for (const record of records) {
    it(`${record.framework} ${record.case}: parameters, and taps of torch`, () => {
      const graph = goldenGraph(record);
      const isKeras = record.framework === 'keras';
      expect(countParams(graph, isKeras ? () => true : undefined)).toBe(record.params);
      for (const { name, shape } of isKeras ? [] : record.taps) {
        if (name === 'conv_head') continue; // An identity in timm's MobileNet V1.
        const wanted = name === 'avgpool' && shape.at(-1) === 1 ? shape.slice(1, 2) : shape.slice(1);
        expect(torchShape(graph, tapOf(graph, name).id), name).toEqual(wanted);
      }
    });
  }
});

describe('ResNet-8 of MLPerf Tiny', () => {
  // model_config and model_weights of mlperf_resnet8_cifar10.h5, in the order of its layers; the file is not in the repo.
  it('has the layers of the Keras file', () => {
    const graph = buildModel('resnet8-cifar10');
    expect(countParams(graph, () => true)).toBe(78_666);
    const convolutions = graph.nodes.flatMap((node) =>
      node.op === 'conv2d' ? [[node.path, ...node.params[0]!.shape]] : [],
    );
    expect(convolutions).toEqual([
      ['conv1', 3, 3, 3, 16],
      ['layer1.0.conv1', 3, 3, 16, 16],
      ['layer1.0.conv2', 3, 3, 16, 16],
      ['layer2.0.conv1', 3, 3, 16, 32],
      ['layer2.0.conv2', 3, 3, 32, 32],
      ['layer2.0.shortcut.0', 1, 1, 16, 32],
      ['layer3.0.conv1', 3, 3, 32, 64],
      ['layer3.0.conv2', 3, 3, 64, 64],
      ['layer3.0.shortcut.0', 1, 1, 32, 64],
    ]);
    expect(graph.nodes.filter((node) => node.op === 'batchNorm')).toHaveLength(7);
    expect(graph.nodes.filter((node) => node.op === 'conv2d').every((node) => node.params.length === 2)).toBe(true);
  });
});

describe('layer tables', () => {
  it('VGG-16 layer by layer (CS231n)', () => {
    const graph = buildModel('vgg16');
    const kinds = { conv2d: /^CONV3/, maxPool: /^POOL/, dense: /^FC/, input: /^INPUT/ };
    const ours = graph.nodes
      .filter((node) => Object.hasOwn(kinds, node.op))
      .map((node) => {
        const kernel = node.params.find((param) => param.role === 'kernel');
        return [node.op, sizeOf(node.shape), kernel === undefined ? 0 : sizeOf(kernel.shape)];
      });
    const rows = layerTables.vgg16_cs231n.rows.map(([name, outputs, weights]) => {
      const op = Object.entries(kinds).find(([, pattern]) => pattern.test(name))?.[0];
      return [op, outputs, weights];
    });
    expect(ours).toEqual(rows);
  });

  it('MobileNet V1: share of each kind of layer (Howard et al. 2017, table 2)', () => {
    const graph = buildModel('mobilenet_v1');
    const kindOf = (path: string): string =>
      path.includes('conv_pw')
        ? 'Conv 1x1'
        : path.includes('conv_dw')
          ? 'Conv DW 3x3'
          : path === 'conv_stem'
            ? 'Conv 3x3'
            : 'FC';
    const total = countMacs(graph);
    for (const [kind, share] of layerTables.mobilenet_v1_table2.rows) {
      // The table prints 1.19 for 1.91: its column sums to 99.29 %.
      const wanted = kind === 'Conv 3x3' ? 1.91 : share;
      const macs = graph.nodes
        .filter((node) => kindOf(node.path) === kind)
        .reduce((sum, node) => sum + macsOf(node), 0);
      expect((100 * macs) / total, kind).toBeCloseTo(wanted, 1);
    }
  });
});

describe('dialects', () => {
  it('differ in what the frameworks differ in, and not in paths', () => {
    for (const name of ['resnet50', 'mobilenet_v1', 'mobilenet_v2', 'vgg16'] as const) {
      const [first, ...others] = models[name].dialects.map((dialect) => buildModel(name, { dialect }));
      const paths = (graph: Graph): string[] => paramsOf(graph).map((param) => param.path);
      for (const other of others) expect(paths(other)).toEqual(expect.arrayContaining(paths(first!)));
    }
  });

  it('Keras pads right and bottom where it strides', () => {
    const v1 = buildModel('MobileNet');
    expect(tapOf(v1, 'conv_stem').attributes).toMatchObject({ padding: 'same', strides: [2, 2] });
    expect(tapOf(v1, 'blocks.1.0.conv_dw').attributes).toMatchObject({ padding: [0, 1, 1, 0], strides: [2, 2] });
    expect(tapOf(v1, 'blocks.1.1.conv_dw').attributes).toMatchObject({ padding: [1, 1, 1, 1], strides: [1, 1] });
    expect(tapOf(buildModel('MobileNetV2'), 'features.2.conv.1.0').attributes).toMatchObject({ padding: 'same' });
    expect(tapOf(buildModel('mobilenet_v2'), 'features.2.conv.1.0').attributes).toMatchObject({
      padding: [1, 1, 1, 1],
    });
  });

  it('carry epsilon and momentum, in the meaning of torch', () => {
    const norms = {
      resnet50: [1e-5, 0.1],
      ResNet50: [1.001e-5, 0.01],
      mobilenet_v2: [1e-5, 0.1],
      MobileNetV2: [1e-3, 1e-3],
    };
    for (const [name, [eps, momentum]] of Object.entries({ ...norms, MobileNet: [1e-3, 0.01] })) {
      for (const node of buildModel(name).nodes) {
        if (node.op === 'batchNorm') expect(node.attributes, name).toEqual({ eps, momentum });
      }
    }
  });

  it('put the stride of a bottleneck on the 3x3 or on the first 1x1', () => {
    const strides = (name: string): unknown[] =>
      ['layer2.0.conv1', 'layer2.0.conv2'].map((path) => {
        const node = tapOf(buildModel(name), path);
        return node.op === 'conv2d' && node.attributes.strides[0];
      });
    expect(strides('resnet50')).toEqual([1, 2]);
    expect(strides('resnet50_v1')).toEqual([2, 1]);
    expect(strides('ResNet50')).toEqual([2, 1]);
  });

  it('timm has VGG at 224x224 only', () => {
    expect(() => buildModel('timm/vgg11', { input: 256 })).toThrow(/224x224, or dialect torchvision/);
    expect(nodeAt(buildModel('vgg11', { input: 256 }), buildModel('vgg11').output).shape).toEqual([1000]);
  });
});
