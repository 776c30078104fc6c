import { channelsOf, copyAny, type Graph, rewriteGraph, sizeOf } from '@convzoo/layers';
import { resnet } from '@convzoo/zoo/resnet';
import { analyse } from '../analyse.js';
import type { CostTotal } from '../report.js';
import type { Claim, ClaimNumber } from './claim.js';

/** A bottleneck of four times the channels costs about what a basic block does. */
export function bottleneck(): Claim {
  const [small, deep] = [analyse(resnet('resnet34')), analyse(resnet('resnet50_v1'))];
  const block = ({ rows }: typeof small, name: string, field: 'macs' | 'params'): number =>
    rows.reduce((sum, row) => sum + (row.op === 'conv2d' && row.block === name ? (row[field] ?? 0) : 0), 0);
  const area = 56 * 56;
  const basic = 2 * 9 * 64 * 64;
  const narrow = 256 * 64 + 9 * 64 * 64 + 64 * 256;
  const wide = 2 * 9 * 256 * 256;
  return {
    name: 'bottleneck',
    claim:
      'A bottleneck of 1x1, 3x3 and 1x1 on 256 channels costs less than a basic block of two 3x3 on 64, so ResNet-50 is ' +
      'deeper and wider than ResNet-34 for a little more work.',
    derivation: [
      'Basic on 64 channels: 2 x 9 x 64^2 = 73,728 weights.',
      'Bottleneck on 256: 256 x 64 + 9 x 64^2 + 64 x 256 = 69,632.',
      'Two 3x3 on 256 channels would have 2 x 9 x 256^2 = 1,179,648: 17 times the bottleneck.',
      'MACs are these times 56 x 56 in the first stage; later stages halve the sides and double the channels.',
    ],
    numbers: [
      {
        label: 'basic block, 64 channels',
        value: block(small, 'layer1.1', 'params'),
        unit: 'parameters',
        formula: basic,
      },
      {
        label: 'bottleneck, 256 channels',
        value: block(deep, 'layer1.1', 'params'),
        unit: 'parameters',
        formula: narrow,
      },
      {
        label: 'basic block, 64 channels',
        value: block(small, 'layer1.1', 'macs'),
        unit: 'MACs',
        formula: area * basic,
      },
      {
        label: 'bottleneck, 256 channels',
        value: block(deep, 'layer1.1', 'macs'),
        unit: 'MACs',
        formula: area * narrow,
      },
      {
        label: 'two 3x3 on 256 of a bottleneck',
        value: wide / block(deep, 'layer1.1', 'params'),
        unit: 'ratio',
        formula: wide / narrow,
      },
      { label: 'ResNet-34', value: small.total.macs, unit: 'MACs', published: { value: 3.6e9, within: 1e8 } },
      { label: 'ResNet-50', value: deep.total.macs, unit: 'MACs', published: { value: 3.8e9, within: 1e8 } },
    ],
    source: 'He et al. 2015, section 4.1, figure 5 and table 1 (arXiv 1512.03385)',
  };
}

/** The plain network with identity shortcuts has the same parameters and MACs. */
export function identityShortcut(): Claim {
  const graph = resnet('resnet34_a');
  const [plain, residual] = [analyse(resnet('plain34')).total, analyse(graph).total];
  const sums = graph.nodes.reduce((sum, { op, shape }) => sum + (op === 'add' ? sizeOf(shape) : 0), 0);
  return {
    name: 'identity-shortcut',
    claim:
      'An identity shortcut adds neither parameters nor multiply-accumulates: ResNet-34 costs what the plain network costs.',
    derivation: [
      'y = F(x) + x: the sum is one addition for each value of the result, and nothing is learnt.',
      'Where shapes change, option A subsamples and pads with zeros, which is no arithmetic.',
      'The sums of all 16 blocks are a few thousandths of the work, and are no multiply-accumulates.',
    ],
    numbers: [
      { label: 'plain', value: plain.params, unit: 'parameters' },
      { label: 'with shortcuts', value: residual.params, unit: 'parameters', formula: plain.params },
      { label: 'plain', value: plain.macs, unit: 'MACs' },
      {
        label: 'with shortcuts',
        value: residual.macs,
        unit: 'MACs',
        formula: plain.macs,
        published: { value: 3.6e9, within: 1e8 },
      },
      {
        label: 'additions of the shortcuts',
        value: residual.elementwise - plain.elementwise,
        unit: 'operations',
        formula: sums,
      },
      { label: 'of 2 operations a MAC', value: sums / residual.flops, unit: 'share' },
    ],
    source: 'He et al. 2015, section 3.2, equation 1, and section 3.3 (arXiv 1512.03385)',
  };
}

/** Options A, B and C of shortcuts. */
export function shortcutOptions(): Claim {
  const [a, b] = [resnet('resnet34_a'), resnet('resnet34')];
  const options = { A: analyse(a).total, B: analyse(b).total, C: analyse(projectingAll(b)).total };
  // Stages of 64, 128, 256 and 512 channels with 3, 4, 6 and 3 blocks.
  const changing = [64 * 128, 128 * 256, 256 * 512].reduce((sum, weights) => sum + weights, 2 * (128 + 256 + 512));
  const staying = [3 * 64, 3 * 128, 5 * 256, 2 * 512].reduce((sum, n) => sum + n, 0);
  const weights = 3 * 64 ** 2 + 3 * 128 ** 2 + 5 * 256 ** 2 + 2 * 512 ** 2;
  const params = { A: 0, B: changing, C: changing + weights + 2 * staying };
  const macsB = 28 ** 2 * 64 * 128 + 14 ** 2 * 128 * 256 + 7 ** 2 * 256 * 512;
  const macsC = macsB + 56 ** 2 * 3 * 64 ** 2 + 28 ** 2 * 3 * 128 ** 2 + 14 ** 2 * 5 * 256 ** 2 + 7 ** 2 * 2 * 512 ** 2;
  const macs = { A: 0, B: macsB, C: macsC };
  const number = (option: 'A' | 'B' | 'C'): readonly ClaimNumber[] => {
    const total: CostTotal = options[option];
    return [
      {
        label: `option ${option}`,
        value: total.params,
        unit: 'parameters',
        formula: options.A.params + params[option],
      },
      { label: `option ${option}`, value: total.macs, unit: 'MACs', formula: options.A.macs + macs[option] },
    ];
  };
  return {
    name: 'shortcut-options',
    claim:
      'On ResNet-34, option A (zeros) costs nothing, option B (projections where shapes change) adds 0.8 % parameters, and ' +
      'option C (projections everywhere) 5.1 %.',
    derivation: [
      'A: identity, and zeros for new channels.',
      'B: three 1x1 convolutions with norms, 64 x 128 + 128 x 256 + 256 x 512 weights and 2 for each channel of a norm.',
      'C: and 13 more in the other blocks, C^2 weights each: 3 of 64, 3 of 128, 5 of 256, 2 of 512 channels.',
      'A 1x1 projection is a ninth of a 3x3 convolution of the same channels, and a block has two of those.',
    ],
    numbers: (['A', 'B', 'C'] as const).flatMap(number),
    source: 'He et al. 2015, section 4.1, "Identity vs. Projection Shortcuts", table 3 (arXiv 1512.03385)',
  };
}

/** Projections also where the identity would do (option C). */
function projectingAll(graph: Graph): Graph {
  return rewriteGraph(graph, (node, inputs, nn) => {
    const [branch, shortcut] = inputs;
    const from = graph.nodes[node.inputs[1] ?? -1];
    const isIdentity = node.op === 'add' && from !== undefined && !from.path.includes('downsample');
    if (!isIdentity || branch === undefined || shortcut === undefined) return copyAny(node, inputs, nn);
    return nn.scope(node.path.replace(/\.[^.]*$/u, ''), () => {
      const projected = nn.conv2d(shortcut, { name: 'projection', out: channelsOf(shortcut.shape), kernel: 1 });
      return nn.add(branch, nn.batchNorm(projected, { name: 'projection_norm' }));
    });
  });
}
