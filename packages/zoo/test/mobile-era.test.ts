import { type AnyNode, type Graph, outputOf, paramsOf, tapOf } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildModel, efficientnet, ghostnet, mnasnet, mobilenetV3, resolveModel } from '../src/index.js';
import { countMacs, countParams, goldens, stateDicts, torchKeys, torchShape, torchShapes } from './reference.js';

const OURS = /^(mobilenet_v3|mnasnet|efficientnet)/;
const norms = (graph: Graph) => graph.nodes.filter((node) => node.op === 'batchNorm').map((node) => node.attributes);
const convolutions = (graph: Graph) => graph.nodes.filter((node) => node.op === 'conv2d');

describe('parameters are those of torchvision, in name, shape and order', () => {
  const { torchvision } = stateDicts.frameworks;
  for (const [name, { keys }] of Object.entries(torchvision).filter(([name]) => OURS.test(name))) {
    it(name, () => {
      const wanted = keys.filter((key) => !key.name.endsWith('num_batches_tracked'));
      expect(torchShapes(buildModel(name))).toEqual(wanted.map((key) => [key.name, key.shape]));
    });
  }

  for (const { case: name, keys } of torchKeys.filter((record) => OURS.test(record.case))) {
    it(`golden ${name}`, () => expect(torchShapes(buildModel(name.split('-')[0]!))).toEqual(keys));
  }

  it('golden records of torchvision have these taps', () => {
    const records = goldens.filter(({ framework, model }) => framework === 'torchvision' && OURS.test(model));
    expect(records).toHaveLength(3);
    for (const { model, taps, params } of records) {
      const graph = buildModel(model);
      expect(countParams(graph)).toBe(params);
      for (const { name, shape } of taps) {
        expect(torchShape(graph, tapOf(graph, name).id), name).toEqual(shape.slice(1));
      }
    }
  });

  // `num_params` of torchvision's models/efficientnet.py and models/mnasnet.py, beyond the rows of published.json.
  it.each([
    ['efficientnet_b1', 7_794_184],
    ['efficientnet_b2', 9_109_994],
    ['efficientnet_b3', 12_233_232],
    ['efficientnet_b4', 19_341_616],
    ['efficientnet_b5', 30_389_784],
    ['efficientnet_b6', 43_040_704],
    ['efficientnet_b7', 66_347_960],
    ['mnasnet0_5', 2_218_512],
  ])('%s has %i', (name, params) => expect(countParams(buildModel(name))).toBe(params));

  it('GhostNet has those of timm, 5.18 M, for 141 M multiply-accumulates', () => {
    // Added up from the modules of timm models/ghostnet.py by hand; the paper's table 7 says 5.2 M and 141 M.
    const graph = buildModel('ghostnet_100');
    expect(countParams(graph)).toBe(5_182_508);
    expect(Math.abs(countMacs(graph) - 141e6)).toBeLessThan(1e6);
    const keys = paramsOf(graph).map(({ path }) => path);
    expect(keys.slice(0, 5)).toEqual([
      'conv_stem.weight',
      ...['weight', 'bias', 'running_mean', 'running_var'].map((k) => `bn1.${k}`),
    ]);
    for (const key of [
      'blocks.0.0.ghost1.primary_conv.0.weight',
      'blocks.0.0.ghost1.cheap_operation.1.running_var',
      'blocks.1.0.conv_dw.weight',
      'blocks.1.0.bn_dw.weight',
      'blocks.1.0.shortcut.3.bias',
      'blocks.3.0.se.conv_reduce.bias',
      'blocks.8.3.se.conv_expand.weight',
      'blocks.9.0.conv.weight',
      'blocks.9.0.bn1.weight',
      'conv_head.bias',
      'classifier.weight',
    ]) {
      expect(keys).toContain(key);
    }
    expect(keys.some((key) => key.startsWith('blocks.0.0.shortcut'))).toBe(false);
  });
});

describe('dialects of MobileNet V3', () => {
  it('carry epsilon and momentum, in the meaning of torch', () => {
    const wanted = {
      mobilenet_v3_large: [1e-3, 0.01],
      mobilenetv3_large_100: [1e-5, 0.1],
      tf_mobilenetv3_large_100: [1e-3, 0.1],
      MobileNetV3Large: [1e-3, 0.001],
      tf_mobilenetv3_small_minimal_100: [1e-3, 0.1],
    };
    for (const [name, [eps, momentum]] of Object.entries(wanted)) {
      for (const norm of norms(buildModel(name))) expect(norm, name).toEqual({ eps, momentum });
    }
  });

  it('pad as TensorFlow or as torch', () => {
    const padding = (name: string, node: string) => {
      const { attributes } = tapOf(buildModel(name), node) as Extract<AnyNode, { op: 'conv2d' }>;
      return attributes.padding;
    };
    for (const name of ['tf_mobilenetv3_large_100', 'MobileNetV3Large', 'tf_mobilenetv3_large_minimal_100']) {
      expect(padding(name, 'features.0.0')).toBe('same');
      expect(padding(name, 'features.2.block.1.0')).toBe('same');
    }
    for (const name of ['mobilenet_v3_large', 'mobilenetv3_large_100']) {
      expect(padding(name, 'features.0.0')).toEqual([1, 1, 1, 1]);
      expect(padding(name, 'features.4.block.1.0')).toEqual([2, 2, 2, 2]);
    }
  });

  it('round widths in their own order', () => {
    const widths = (name: string) => {
      const graph = buildModel(name);
      const channels = (path: string) => tapOf(graph, path).shape.at(-1);
      return ['features.0', 'features.2.block.0.0', 'features.2', 'classifier.0'].map(channels);
    };
    // Stem; of the second block 64 in the table, over an input of 16 that is 16 at width 0.75 too; its output; head.
    expect(widths('mobilenet_v3_large@0.75')).toEqual([16, 48, 24, 960]);
    expect(widths('keras/mobilenet_v3_large@0.75')).toEqual([16, 64, 24, 1280]);
    expect(widths('mobilenetv3_large_075')).toEqual([16, 64, 24, 1280]);
    expect(widths('mobilenet_v3_large@0.5')).toEqual([8, 32, 16, 640]);
    expect(widths('keras/mobilenet_v3_large@0.5')).toEqual([16, 32, 16, 1280]);
    expect(widths('timm/mobilenet_v3_large@0.5')).toEqual([16, 32, 16, 1280]);
    expect(widths('keras/mobilenet_v3_large@1.5')).toEqual([16, 96, 40, 1920]);
    expect(widths('timm/mobilenet_v3_large@1.5')).toEqual([24, 96, 40, 1280]);
  });

  // timm's results: millions, two decimals.
  it.each([
    ['mobilenetv3_small_050', 1.59],
    ['mobilenetv3_small_075', 2.04],
    ['tf_mobilenetv3_small_075', 2.04],
    ['tf_mobilenetv3_large_075', 3.99],
  ])('%s has %f M parameters', (name, millions) => {
    expect(Math.abs(countParams(buildModel(name)) / 1e6 - millions)).toBeLessThanOrEqual(0.005);
  });

  it('minimalistic has 3x3 kernels, ReLU and no squeeze and excitation', () => {
    const graph = buildModel('mobilenet_v3_large_minimalistic');
    expect(graph.nodes.some((node) => node.op === 'multiply')).toBe(false);
    for (const node of graph.nodes) if (node.op === 'activation') expect(node.attributes.function).toBe('relu');
    for (const { params } of convolutions(graph)) expect([1, 3]).toContain(params[0]!.shape[0]);
  });
});

describe('dialects of EfficientNet', () => {
  it('carry epsilon and momentum, in the meaning of torch', () => {
    const wanted = {
      efficientnet_b4: [1e-5, 0.1],
      efficientnet_b5: [1e-3, 0.01],
      'timm/efficientnet_b5': [1e-5, 0.1],
      tf_efficientnet_b0: [1e-3, 0.1],
      tf_efficientnet_lite0: [1e-3, 0.1],
      EfficientNetB0: [1e-3, 0.01],
    };
    for (const [name, [eps, momentum]] of Object.entries(wanted)) {
      for (const norm of norms(buildModel(name))) expect(norm, name).toEqual({ eps, momentum });
    }
  });

  it('Keras counts 7 numbers more: mean, variance and count of its normalisation, constants here', () => {
    const record = goldens.find(({ model }) => model === 'EfficientNetB0');
    expect(countParams(buildModel('EfficientNetB0'), () => true)).toBe(record!.params - 7);
  });

  it('squeeze to a quarter of the input of a block; Lite does not', () => {
    const squeezed = (name: string) =>
      convolutions(buildModel(name))
        .filter(({ path }) => path.endsWith('.fc1'))
        .map(({ shape }) => shape.at(-1));
    expect(squeezed('efficientnet_b0')).toEqual([8, 4, 6, 6, 10, 10, 20, 20, 20, 28, 28, 28, 48, 48, 48, 48]);
    expect(squeezed('efficientnet_lite0')).toEqual([]);
  });
});

describe('preprocessing inside the network', () => {
  const rescaling = (name: string, preprocessing?: 'none' | 'rescaling' | 'imagenet') => {
    const graph = buildModel(name, { ...(preprocessing && { preprocessing }), input: 32 });
    return graph.nodes.filter((node) => node.op === 'rescale').map((node) => node.attributes);
  };

  it('is on in Keras alone, and can be left out', () => {
    expect(rescaling('MobileNetV3Small')).toEqual([{ scale: [1 / 127.5], offset: [-1] }]);
    expect(rescaling('EfficientNetB0', 'rescaling')).toEqual([{ scale: [1 / 255], offset: [0] }]);
    for (const name of ['MobileNetV3Small', 'EfficientNetB0']) {
      expect(rescaling(name, 'none')).toEqual([]);
      expect(resolveModel(name).preset).toBe('imagenet-raw');
    }
    for (const name of ['mobilenet_v3_small', 'mobilenetv3_small_100', 'efficientnet_b0'])
      expect(rescaling(name)).toEqual([]);
  });

  it("makes of 0..255 what torchvision's preset makes", () => {
    const [{ scale, offset } = { scale: [], offset: [] }] = rescaling('EfficientNetB0');
    const [mean, std] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    for (const c of [0, 1, 2]) {
      for (const byte of [0, 100, 255]) {
        expect(byte * scale[c]! + offset[c]!).toBeCloseTo((byte / 255 - mean[c]!) / std[c]!, 12);
      }
    }
  });

  it('is refused where a network has none', () => {
    expect(() => buildModel('resnet50', { preprocessing: 'none' })).toThrow(/preprocessing.*resnet50/);
  });
});

describe('ShuffleNet V2', () => {
  it('keeps the first half of the channels, works on the second, and shuffles both in two groups', () => {
    const graph = buildModel('shufflenet_v2_x1_0');
    const at = (path: string) => tapOf(graph, path);
    const [kept, worked] = [at('stage2.1.kept'), at('stage2.1.worked')];
    expect([kept.attributes, worked.attributes]).toEqual([
      { start: 0, size: 58 },
      { start: 58, size: 58 },
    ]);
    expect(kept.inputs).toEqual(worked.inputs);
    expect(at('stage2.1.branch2.0').inputs).toEqual([worked.id]);
    const [first, second] = at('stage2.1.concat').inputs;
    expect([first, graph.nodes[second!]!.path]).toEqual([kept.id, 'stage2.1.branch2.relu_1']);
    expect(at('stage2.1.channelShuffle').attributes).toEqual({ groups: 2 });
    const [left, right] = at('stage3.0.concat').inputs.map((id) => graph.nodes[id]!.path);
    expect([left, right]).toEqual(['stage3.0.branch1.relu', 'stage3.0.branch2.relu_1']);
  });

  it('has the parameters of torchvision in order', () => {
    const paths = torchShapes(buildModel('shufflenet_v2_x1_0')).filter(([path]) => /^stage2\.0.*\.weight$/.test(path));
    // models/shufflenetv2.py: branch1 and branch2 of the first block of stage 2.
    expect(paths).toEqual([
      ['stage2.0.branch1.0.weight', [24, 1, 3, 3]],
      ['stage2.0.branch1.1.weight', [24]],
      ['stage2.0.branch1.2.weight', [58, 24, 1, 1]],
      ['stage2.0.branch1.3.weight', [58]],
      ['stage2.0.branch2.0.weight', [58, 24, 1, 1]],
      ['stage2.0.branch2.1.weight', [58]],
      ['stage2.0.branch2.3.weight', [58, 1, 3, 3]],
      ['stage2.0.branch2.4.weight', [58]],
      ['stage2.0.branch2.5.weight', [58, 58, 1, 1]],
      ['stage2.0.branch2.6.weight', [58]],
    ]);
  });
});

describe('any width and resolution', () => {
  const width = fc.double({ min: 0.1, max: 2, noNaN: true });

  it('keeps channels in multiples of 8, of 4 in GhostNet', () => {
    fc.assert(
      fc.property(width, fc.constantFrom('torchvision', 'timm', 'keras'), (w, dialect) => {
        const graphs = [mobilenetV3('mobilenet_v3_small', { width: w, dialect }), mnasnet({ width: w })];
        for (const { path, shape } of graphs.flatMap(convolutions)) expect(shape.at(-1)! % 8, path).toBe(0);
        expect(outputOf(ghostnet({ width: w, input: 64 })).shape).toEqual([1000]);
      }),
      { numRuns: 25 },
    );
  });

  it('halves five times, rounding up, whoever pads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (height, columns) => {
        const halved = (extent: number) => Array.from({ length: 5 }).reduce<number>((e) => Math.ceil(e / 2), extent);
        const input = [height, columns, 3];
        const ends = [
          [mobilenetV3('mobilenet_v3_small', { input }), 'features.12'],
          [mobilenetV3('mobilenet_v3_small', { input, dialect: 'keras' }), 'features.12'],
          [efficientnet('efficientnet_b0', { input }), 'features.8'],
          [efficientnet('efficientnet_lite0', { input }), 'features.8'],
          [mnasnet({ input }), 'layers.16'],
          [ghostnet({ input }), 'blocks.9'],
          [buildModel('shufflenet_v2_x0_5', { input }), 'conv5'],
        ] as const;
        for (const [graph, tap] of ends) {
          expect(tapOf(graph, tap).shape.slice(0, 2)).toEqual([halved(height), halved(columns)]);
        }
      }),
      { numRuns: 25 },
    );
  });
});
