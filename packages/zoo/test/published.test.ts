import { type Graph, isTrainable, type ParamSpec, sizeOf } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { alexnet, buildModel, cifarResNet, mobilenetV1 } from '../src/index.js';
import { countMacs, countParams, type PublishedRow, published } from './reference.js';

const FAMILIES = ['vgg', 'vgg16', 'vgg19', 'resnet', 'resnet18', 'resnet34', 'resnet_cifar', 'resnet_v2'];
const BRANCHING = ['alexnet', 'squeezenet', 'squeezenet1', 'googlenet', 'densenet'];
const MOBILENETS = ['mobilenet', 'mobilenet_v1', 'mobilenet_v2'];
const MOBILE = ['mobilenet_v3', 'mnasnet', 'efficientnet', 'shufflenet_v2'];

const rows = published.filter(({ family }) => [...FAMILIES, ...BRANCHING, ...MOBILENETS, ...MOBILE].includes(family));

/** osmr and the papers write names of their own. */
const NAMES: Readonly<Record<string, string>> = {
  'VGG 16': 'vgg16',
  'VGG A': 'vgg11',
  'VGG B': 'vgg13',
  'VGG C': 'vgg16_c',
  'VGG D': 'vgg16',
  'VGG E': 'vgg19',
  'VGG-11': 'vgg11',
  'VGG-13': 'vgg13',
  'VGG-19': 'vgg19',
  'BN-VGG-11b': 'vgg11_bn',
  'BN-VGG-13b': 'vgg13_bn',
  'BN-VGG-16b': 'vgg16_bn',
  'ResNet-18': 'resnet18',
  'ResNet-50': 'resnet50_v1',
  'ResNet-50b': 'resnet50',
  'ResNet-101': 'resnet101_v1',
  'ResNet-101b': 'resnet101',
  'ResNeXt-101 (64x4d)': 'resnext101_64x4d',
  'AlexNet-b': 'alexnet',
  'DenseNet-121': 'densenet121',
  'DenseNet-161': 'densenet161',
  'DenseNet-169': 'densenet169',
  'DenseNet-201': 'densenet201',
  'SqueezeNet v1.0': 'squeezenet1_0',
  SqueezeNet1_0: 'squeezenet1_0',
  ResNet18_v1: 'resnet18',
  ResNet34_v1: 'resnet34',
  'MnasNet-B1': 'mnasnet1_0',
  'MobileNetV3(large)': 'MobileNetV3Large',
  'mobilenet_v3_large_1.0_224': 'MobileNetV3Large',
  'mobilenet_v3 Large dm=1': 'MobileNetV3Large',
  'mobilenet_v3 Large minimalistic': 'mobilenet_v3_large_minimalistic',
  'V3-Small 1.0': 'mobilenet_v3_small',
  'Conv MobileNet': 'full convolutions',
  'Shallow MobileNet': 'shallow',
};

function build({ source, name, input }: PublishedRow): Graph {
  // Sources write the input CHW or HWC.
  const extents = input.filter((extent) => extent !== 3);
  const options = { input: [extents[0]!, extents.at(-1)!, 3] };
  const cifar = /^ResNet-(\d+) \(CIFAR-10\)$/.exec(name);
  if (cifar !== null) return cifarResNet({ depth: Number(cifar[1]), shortcut: source === 'paper' ? 'A' : 'B' });
  if (name === 'AlexNet') return alexnet('alexnet_2012', options);
  if (name === 'Conv MobileNet') return mobilenetV1({ ...options, separable: false });
  if (name === 'Shallow MobileNet') return mobilenetV1({ ...options, shallow: true });
  if (name === 'ResNet-34') return buildModel(source === 'paper' ? 'resnet34_a' : 'resnet34', options);
  const keras = /^(MobileNet(?:V2)?)\(alpha=(.*)\)$/.exec(name);
  if (keras !== null) return buildModel(`${keras[1]}@${keras[2]}`, options);
  const slim = /^mobilenet_v([12])_([\d.]+)_(\d+)$/.exec(name);
  if (slim !== null) return buildModel(`keras/mobilenet_v${slim[1]}@${slim[2]},${slim[3]}`);
  const v1 = /^(?:MobileNet x|MobileNet_v1_)?([\d.]+)(?: MobileNet-\d+)?$/.exec(name);
  if (v1 !== null) return buildModel(`mobilenet_v1@${v1[1]}`, options);
  const prefix = source === 'timm' ? 'timm/' : '';
  return buildModel(`${prefix}${NAMES[name] ?? name}`, options);
}

const isKernel = (param: ParamSpec): boolean => param.role === 'kernel';

/** What a source counts as parameters. */
function selectionOf(convention: string): (param: ParamSpec) => boolean {
  if (convention.startsWith('conv+fc weights only')) return isKernel;
  const all = /all weights incl|Keras total params/.test(convention);
  return all ? () => true : isTrainable;
}

/** Multiply-accumulates in the conventions that this test counts; cost-analysis tests every convention. */
function macsIn(convention: string | null, graph: Graph): number | undefined {
  const outputs = (op: string): number =>
    graph.nodes.filter((node) => node.op === op).reduce((sum, node) => sum + sizeOf(node.shape), 0);
  switch (convention) {
    case 'torchvision_ops':
    case 'mult_adds_conv_fc':
      return countMacs(graph);
    case 'conv only':
      return countMacs(graph, (node) => node.op === 'conv2d');
    case 'mxop_multiplications':
      return countMacs(graph) + outputs('batchNorm') - outputs('dense');
    default:
      return undefined;
  }
}

describe('published figures', () => {
  it('cover every source', () => {
    expect(rows.length).toBeGreaterThan(180);
    expect(new Set(rows.map((row) => row.source)).size).toBe(9);
  });

  for (const row of rows) {
    it(`${row.source}: ${row.name}, ${row.variant}, ${row.input.join('x')}`, () => {
      const graph = build(row);
      const params = countParams(graph, selectionOf(row.params_convention));
      if (row.params !== null) expect(Math.abs(params - row.params)).toBeLessThanOrEqual(row.params_tol ?? 0);
      const macs = macsIn(row.macs_convention, graph);
      if (row.macs !== null && macs !== undefined) {
        expect(Math.abs(macs - row.macs)).toBeLessThanOrEqual(row.macs_tol ?? 0);
      }
    });
  }

  it('the paper counts ResNet-50 at 3.858 G with the stride on the 1x1; v1.5 has 4.089 G', () => {
    expect(countMacs(buildModel('resnet50_v1'))).toBe(3_857_973_248);
    expect(countMacs(buildModel('resnet50'))).toBe(4_089_184_256);
    expect(countMacs(buildModel('keras/resnet50'))).toBe(3_857_973_248);
  });
});
