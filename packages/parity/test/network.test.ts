import { Builder, inputOf, outputOf } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { type GoldenRecord, ownNetwork, parseGoldens, parseRename, zooNetwork } from '../src/index.js';
import { recordOf, tinyNet } from './records.js';

const record = (more: Readonly<Record<string, unknown>>): GoldenRecord =>
  parseGoldens(JSON.stringify(recordOf(tinyNet(), { bn_log4: {}, taps: [], ...more }))).records[0]!;

const torch = (model: string, args = {}, framework = 'torchvision') =>
  record({ framework, model, args, input: { shape: [2, 3, 64, 96], layout: 'NCHW', kind: 'signed' } });
const keras = (model: string, args = {}) =>
  record({ framework: 'keras', model, args, input: { shape: [2, 64, 96, 3], layout: 'NHWC', kind: 'signed' } });

describe('zooNetwork', () => {
  it('builds what framework, model, arguments and input say', () => {
    const { graph } = zooNetwork(torch('mobilenet_v2', { width_mult: 0.5, num_classes: 7 }));
    expect([inputOf(graph).shape, outputOf(graph).shape]).toEqual([[64, 96, 3], [7]]);
    expect(zooNetwork(keras('MobileNet', { alpha: 0.5 })).graph.nodes.at(-1)!.params[0]!.shape[0]).toBe(512);
    expect(zooNetwork(keras('MobileNetV3Small', { minimalistic: true })).graph.name).toMatch(/minimalistic/);
    // The framework's defaults, not the zoo's.
    expect(zooNetwork(torch('googlenet')).graph.taps).toHaveProperty('aux1');
    expect(zooNetwork(torch('googlenet', { aux_logits: false })).graph.taps).not.toHaveProperty('aux1');
    const pixels = (args: object) => zooNetwork(keras('ConvNeXtTiny', args)).graph.nodes[1]!.op;
    expect([pixels({}), pixels({ include_preprocessing: false })]).toEqual(['rescale', 'conv2d']);
  });

  it('takes another network of the zoo by name, in the variant of the record or of the name', () => {
    const named = (model: string) => zooNetwork(torch('x'), { model }).graph;
    expect(named('resnet18').name).toBe('resnet18');
    expect(named('resnet50').nodes.find((node) => node.path === 'conv1')!.params).toHaveLength(1);
    expect(named('keras/resnet50').nodes.find((node) => node.path === 'conv1')!.params).toHaveLength(2);
  });

  it.each([
    ['an unknown argument', torch('resnet18', { groups: 2 }), 'unknown-argument', /groups .*known: width_mult/],
    ["another framework's argument", keras('VGG16', { width_mult: 1 }), 'unknown-argument', /width_mult/],
    ['an argument of a prototype', torch('resnet18', { constructor: 1 }), 'unknown-argument', /constructor/],
    ['a head that the zoo lacks', keras('VGG16', { include_top: false }), 'unsupported-argument', /only with true/],
    ['weights', torch('resnet18', { weights: 'DEFAULT' }), 'unsupported-argument', /only with null/],
    ['grey pixels', torch('resnet18', { in_chans: 1 }, 'timm'), 'unsupported-argument', /only with 3/],
    ['a width of text', torch('mobilenet_v2', { width_mult: '1' }), 'unsupported-argument', /must be a number/],
    ['a width where there is none', keras('ResNet50', { alpha: 0.5 }), 'bad-option', /no width/],
    ['a network that is not there', torch('resnet19'), 'unknown-model', /resnet19/],
    ['one of another framework', torch('ghostnet'), 'bad-option', /exists in timm/],
  ])('refuses %s', (_, wrong, code, message) => {
    expect(() => zooNetwork(wrong)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('finds taps by the names that torchvision, timm and Keras give them', () => {
    const find = (of: GoldenRecord, name: string) => zooNetwork(of).tapOf(name)?.name;
    expect(find(torch('resnet18'), 'layer1.0')).toBe('layer1.0');
    expect(find(keras('ResNet50'), 'conv2_block1_1_bn')).toBe('layer1.0.bn1');
    expect(find(keras('ResNet50'), 'conv2_block1_1_relu')).toBe('layer1.0.relu');
    expect(find(keras('ResNet50'), 'conv3_block2_out')).toBe('layer2.1');
    expect(find(keras('Xception'), 'block5_sepconv1')).toBe('block5.sepconv1.pointwise');
    expect(find(keras('Xception'), 'block5_sepconv1_act')).toBe('block5.sepconv1_act');
    expect(find(keras('MobileNetV3Large'), 'expanded_conv_3_squeeze_excite_avg_pool')).toBe(
      'features.4.block.2.avgpool',
    );
    // timm's norms activate, torchvision's do not.
    expect(find(torch('mobilenetv2_100', {}, 'timm'), 'bn1')).toBe('features.0.relu6');
    expect(find(torch('mobilenet_v2'), 'features.0.1')).toBe('features.0.1');
    expect(find(torch('regnety_004', {}, 'timm'), 's2.b1')).toBe('trunk_output.block2.block2-0');
    expect(find(torch('resnet18'), 'nonsense')).toBeUndefined();
    // By structure only: a guess, which is given up where it differs.
    expect(zooNetwork(torch('resnet18')).tapOf('layer2.0.downsample')).toEqual({
      name: 'layer2.0.downsample.1',
      guessed: true,
    });
    expect(zooNetwork(torch('resnet18')).tapOf('layer2.0')).toEqual({ name: 'layer2.0', guessed: false });
  });
});

describe('ownNetwork', () => {
  it("takes the record's input", () => {
    const nn = new Builder('any');
    const graph = nn.graph(nn.dense(nn.globalAvgPool(nn.input([8, 8, 3])), { name: 'fc', units: 20 }));
    expect(inputOf(ownNetwork(torch('x'), graph).graph).shape).toEqual([64, 96, 3]);
    expect(() => ownNetwork(torch('x'), tinyNet())).toThrow(/fc/);
  });

  it('spells names as the record does: by renames, separable convolutions as Keras, heads by their shapes', () => {
    const nn = new Builder('own');
    let x = nn.input([64, 96, 3]);
    x = nn.scope('mix', () => {
      const y = nn.depthwiseConv2d(x, { name: 'depthwise', kernel: 3 });
      return nn.conv2d(y, { name: 'pointwise', out: 8, kernel: 1, bias: true });
    });
    x = nn.depthwiseConv2d(x, { name: 'stage1.dw', kernel: 3 });
    const graph = nn.graph(nn.dense(nn.globalAvgPool(x), { name: 'head', units: 20, bias: false }));
    const spelled = (of: GoldenRecord, ...renames: string[]) =>
      ownNetwork(of, graph, { renames: renames.map(parseRename) }).params.map(({ name, layout }) => [
        name,
        layout.shape,
      ]);
    expect(spelled(keras('x'), 'stage{s:1}=block{s:0}')).toEqual([
      ['mix/depthwise_kernel', [3, 3, 3, 1]],
      ['mix/pointwise_kernel', [1, 1, 3, 8]],
      ['mix/bias', [8]],
      ['block0.dw/depthwise_kernel', [3, 3, 8, 1]],
      ['head/kernel', [8, 20]],
    ]);
    expect(spelled(torch('x'), 'mix=a.b', 'head=fc').map(([name]) => name)).toEqual([
      'a.b.depthwise.weight',
      'a.b.pointwise.weight',
      'a.b.pointwise.bias',
      'stage1.dw.weight',
      'fc.weight',
    ]);
    const keys = [
      ['mix/depthwise_kernel', [3, 3, 3, 1]],
      ['stage1.dw/kernel', [3, 3, 1, 8]],
      ['head/kernel', [1, 1, 8, 20]],
    ];
    const known = { ...keras('x'), keys: keys as unknown as NonNullable<GoldenRecord['keys']> };
    expect(spelled(known).slice(3)).toEqual(keys.slice(1));
  });

  it.each(['a', '=', 'a=', '=b', 'a=b=c', 'a{i:0}=b', 'a{i:0}=b{j:0}', 'a{i}=b{i}', 'a{i:x}=b{i:x}'])(
    'refuses the rename %s',
    (text) => {
      expect(() => parseRename(text)).toThrow(expect.objectContaining({ code: 'bad-rename' }));
    },
  );
});
