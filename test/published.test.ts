/**
 * Every published row of fixtures/reference/published.json against what cost-analysis counts on the zoo's networks, each
 * under the row's own convention and within its own tolerance.
 */
import { readFileSync } from 'node:fs';
import { analyse, type ConventionName, type CostReport } from '@convzoo/cost-analysis';
import type { Graph } from '@convzoo/layers';
import { alexnet, type BuildOptions, buildModel, cifarResNet, mobilenetV1 } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly family: string;
  readonly name: string;
  readonly variant: string;
  readonly source: string;
  readonly input: readonly [number, number, number];
  readonly params: number | null;
  readonly params_tol: number | null;
  readonly params_convention: string;
  readonly params_no_top?: number | null;
  readonly macs: number | null;
  readonly macs_tol: number | null;
  readonly macs_convention: string | null;
  readonly activations: number | null;
  readonly activations_tol: number | null;
}

const file = new URL('../fixtures/reference/published.json', import.meta.url);
const rows: readonly Row[] = JSON.parse(readFileSync(file, 'utf8'));

const macsConventions: Readonly<Record<string, ConventionName>> = {
  torchvision_ops: 'torchvision',
  timm_gmacs_fvcore: 'timm',
  mult_adds_conv_fc: 'paper',
  'conv only': 'conv-only',
  osmr_flops_half: 'osmr',
  mxop_multiplications: 'mxop',
};

const paramsConventions: Readonly<Record<string, ConventionName>> = {
  'learnable parameters incl. BN gamma/beta and biases, excl. running stats': 'torchvision',
  'learnable parameters in millions, 2 decimals': 'timm',
  'all weights incl. non-trainable BN moving mean/variance (Keras "Total params")': 'keras',
  'Keras total params (incl. moving stats), millions, 1 decimal': 'keras',
  'all weights incl. BN running stats': 'mxop',
  'learnable parameters (gluon: gamma/beta incl.)': 'osmr',
  'learnable parameters': 'osmr',
  'conv+fc weights only, excl. BN and bias, millions, 2 decimals': 'tf-slim',
  'millions, 2 decimals (TF-slim; not exactly trainable params)': 'paper',
  'millions, 1 decimal': 'paper',
  'as printed in the paper': 'paper',
};

type Build = (match: readonly string[], options: BuildOptions) => Graph;

const PAPER_VGG: Readonly<Record<string, string>> = { A: 'vgg11', B: 'vgg13', C: 'vgg16_c', D: 'vgg16', E: 'vgg19' };

/** What the names of sources mean in the zoo, where they are not the zoo's own names or aliases; the first that fits. */
const spellings: readonly { readonly source: string; readonly name: RegExp; readonly build: Build }[] = [
  { source: 'keras-applications', name: /^(MobileNet(?:V2)?)\(alpha=([\d.]+)\)$/, build: wider(1, 2) },
  // TensorFlow's own networks; Keras took their padding and rounding over.
  { source: 'tf-slim', name: /^(mobilenet_v[12])_([\d.]+)_\d+$/, build: wider(1, 2, { dialect: 'keras' }) },
  { source: 'paper', name: /^([\d.]+) (MobileNet)-\d+$/, build: wider(2, 1) },
  { source: 'paper', name: /^Conv MobileNet$/, build: (_, { input }) => mobilenetV1({ input, separable: false }) },
  { source: 'paper', name: /^Shallow MobileNet$/, build: (_, { input }) => mobilenetV1({ input, shallow: true }) },
  { source: 'paper', name: /^VGG 16$/, build: (_, options) => buildModel('vgg16', options) },
  { source: 'paper', name: /^VGG ([A-E])$/, build: ([, column = ''], o) => buildModel(PAPER_VGG[column] ?? column, o) },
  // Tables of 2017 mean the network of two columns.
  { source: 'paper', name: /^AlexNet$/, build: (_, { input }) => alexnet('alexnet_2012', { input }) },
  { source: 'paper', name: /^ResNet-34$/, build: (_, options) => buildModel('resnet34_a', options) },
  { source: 'paper', name: /^ResNet-(50|101|152)$/, build: ([, depth], o) => buildModel(`resnet${depth}_v1`, o) },
  { source: 'paper', name: /^ResNet-(\d+) \(CIFAR-10\)$/, build: cifar('A') },
  { source: 'osmr-imgclsmob', name: /^ResNet-(\d+) \(CIFAR-10\)$/, build: cifar('B') },
  { source: 'osmr-imgclsmob', name: /^VGG-(\d+)$/, build: ([, depth], options) => buildModel(`vgg${depth}`, options) },
  { source: 'osmr-imgclsmob', name: /^BN-VGG-(\d+)b$/, build: ([, depth], o) => buildModel(`vgg${depth}_bn`, o) },
  { source: 'osmr-imgclsmob', name: /^ResNet-(18|34)$/, build: ([, depth], o) => buildModel(`resnet${depth}`, o) },
  { source: 'osmr-imgclsmob', name: /^ResNet-(\d+)$/, build: ([, depth], o) => buildModel(`resnet${depth}_v1`, o) },
  { source: 'osmr-imgclsmob', name: /^ResNet-(\d+)b$/, build: ([, depth], o) => buildModel(`resnet${depth}`, o) },
  { source: 'osmr-imgclsmob', name: /^ResNeXt-101 \(64x4d\)$/, build: (_, o) => buildModel('resnext101_64x4d', o) },
  { source: 'osmr-imgclsmob', name: /^(MobileNet) x([\d.]+)$/, build: wider(1, 2) },
  { source: 'osmr-imgclsmob', name: /^AlexNet-b$/, build: (_, options) => buildModel('alexnet', options) },
  { source: 'osmr-imgclsmob', name: /^DenseNet-(\d+)$/, build: ([, depth], o) => buildModel(`densenet${depth}`, o) },
  { source: 'osmr-imgclsmob', name: /^SqueezeNet v1\.0$/, build: (_, options) => buildModel('squeezenet1_0', options) },
  { source: 'osmr-imgclsmob', name: /^MnasNet-B1$/, build: (_, options) => buildModel('mnasnet1_0', options) },
  { source: 'keras-applications', name: /^MobileNetV3\(large\)$/, build: (_, o) => buildModel('MobileNetV3Large', o) },
  {
    source: 'keras-docstring',
    name: /^mobilenet_v3_large_1\.0_224$/,
    build: (_, o) => buildModel('MobileNetV3Large', o),
  },
  { source: 'tf-slim', name: /^mobilenet_v3 Large dm=1$/, build: (_, o) => buildModel('MobileNetV3Large', o) },
  {
    source: 'tf-slim',
    name: /^mobilenet_v3 Large minimalistic$/,
    build: (_, options) => buildModel('mobilenet_v3_large_minimalistic', options),
  },
  { source: 'paper', name: /^V3-Small 1\.0$/, build: (_, options) => buildModel('mobilenet_v3_small', options) },
  { source: 'mxop', name: /^SqueezeNet1_0$/, build: (_, options) => buildModel('squeezenet1_0', options) },
  { source: 'mxop', name: /^ResNet(\d+)_v1$/, build: ([, depth], options) => buildModel(`resnet${depth}`, options) },
  { source: 'mxop', name: /^(MobileNet)_v1_([\d.]+)$/, build: wider(1, 2) },
];

/** A network at another width; the groups of the match that hold its name and the width. */
function wider(name: number, width: number, more: BuildOptions = {}): Build {
  return (match, options) => buildModel(match[name] ?? '', { ...options, ...more, width: Number(match[width]) });
}

function cifar(shortcut: 'A' | 'B'): Build {
  return ([, depth], { input }) => cifarResNet({ depth: Number(depth), shortcut, input });
}

/** The row's network, or undefined where the zoo has none of that name. */
function networkOf({ source, name, input: [a, b, c] }: Row): Graph | undefined {
  // torch writes channels first.
  const options: BuildOptions = { input: a === 3 ? [b, c, a] : [a, b, c] };
  for (const spelling of spellings) {
    const match = spelling.source === source ? spelling.name.exec(name) : null;
    if (match !== null) return spelling.build(match, options);
  }
  try {
    return buildModel(source === 'timm' ? `timm/${name}` : name, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'unknown-model') return undefined;
    throw error;
  }
}

const networks = new Map(rows.map((row) => [row, networkOf(row)]));
const known = rows.filter((row) => networks.get(row) !== undefined);
const unknown = rows.filter((row) => networks.get(row) === undefined);

function reportOf(row: Row, convention: ConventionName | undefined): CostReport {
  expect(convention, 'the convention of this row').toBeDefined();
  return analyse(networks.get(row) as Graph, { convention });
}

function expectWithin(found: number, published: number, tolerance: number | null): void {
  expect(Math.abs(found - published), `counted ${found}, published ${published}`).toBeLessThanOrEqual(tolerance ?? 0);
}

describe('published counts', () => {
  it('has all 282 rows, each of a convention that there is', () => {
    expect(rows).toHaveLength(282);
    for (const { params_convention, macs_convention } of rows) {
      expect(paramsConventions).toHaveProperty([params_convention]);
      if (macs_convention !== null) expect(macsConventions).toHaveProperty([macs_convention]);
    }
  });

  it('finds the network of every row', () => {
    expect(unknown.map(({ source, name }) => `${source}: ${name}`)).toEqual([]);
  });

  it.each(known.map((row) => [`${row.source}: ${row.name} (${row.variant}) ${row.input.join('x')}`, row] as const))(
    '%s',
    (_, row) => {
      if (row.params !== null) {
        expectWithin(reportOf(row, paramsConventions[row.params_convention]).total.params, row.params, row.params_tol);
      }
      if (typeof row.params_no_top === 'number') {
        const { rows: layers } = reportOf(row, paramsConventions[row.params_convention]);
        const stem = layers.filter(({ op }) => op !== 'dense').reduce((sum, { params }) => sum + params, 0);
        expectWithin(stem, row.params_no_top, row.params_tol);
      }
      const convention = macsConventions[row.macs_convention ?? ''];
      if (row.macs !== null) expectWithin(reportOf(row, convention).total.macs, row.macs, row.macs_tol);
      if (row.activations !== null) {
        expectWithin(reportOf(row, convention).total.activations, row.activations, row.activations_tol);
      }
    },
  );
});
