import { Builder, type Graph } from '@convzoo/layers';
import { mobilenetV1 } from '@convzoo/zoo/mobilenet-v1';
import { analyse } from '../analyse.js';
import type { Claim } from './claim.js';

export interface SeparableOptions {
  /** Output channels, N in the paper; 1024 by default. */
  readonly outputs?: number;
  /** Extent of the kernel, Dk in the paper; 3 by default. */
  readonly kernel?: number;
  /** Input channels, M, and extent of the maps: they cancel out. */
  readonly inputs?: number;
  readonly size?: number;
}

/** A depthwise and a pointwise convolution in place of a full one. */
export function depthwiseSeparable({
  outputs = 1024,
  kernel = 3,
  inputs = 512,
  size = 14,
}: SeparableOptions = {}): Claim {
  const full = new Builder('full');
  const one = analyse(full.graph(full.conv2d(full.input([size, size, inputs]), { out: outputs, kernel }))).total;
  const nn = new Builder('separable');
  const depthwise = nn.depthwiseConv2d(nn.input([size, size, inputs]), { kernel });
  const two = analyse(nn.graph(nn.conv2d(depthwise, { out: outputs, kernel: 1 }))).total;
  const [area, k2] = [size * size, kernel * kernel];
  return {
    name: 'separable',
    claim: `A depthwise separable convolution costs 1/N + 1/Dk^2 of a full one; for N = ${outputs}, Dk = ${kernel} that is ${1 / outputs + 1 / k2}.`,
    derivation: [
      'Full: Dk^2 M N Df^2 multiply-adds, for M channels in, N out, maps of Df x Df.',
      'Depthwise: Dk^2 M Df^2. Pointwise: M N Df^2.',
      '(Dk^2 M Df^2 + M N Df^2) / (Dk^2 M N Df^2) = 1/N + 1/Dk^2: neither M nor Df is left.',
      'Weights are the same without Df^2, so they are in the same ratio.',
    ],
    numbers: [
      { label: 'full', value: one.macs, unit: 'MACs', formula: k2 * inputs * outputs * area },
      { label: 'separable', value: two.macs, unit: 'MACs', formula: k2 * inputs * area + inputs * outputs * area },
      { label: 'separable of full, MACs', value: two.macs / one.macs, unit: 'ratio', formula: 1 / outputs + 1 / k2 },
      {
        label: 'separable of full, weights',
        value: two.params / one.params,
        unit: 'ratio',
        formula: 1 / outputs + 1 / k2,
      },
    ],
    source: 'Howard et al. 2017, section 3.1, equations 2 to 5 (arXiv 1704.04861)',
  };
}

/** The whole of MobileNet V1 against the same network of full convolutions. */
export function mobileNetTwin(): Claim {
  const separable = mobilenetV1();
  const twin = mobilenetV1({ separable: false });
  const [light, heavy] = [analyse(separable).total, analyse(twin).total];
  const convolutions = analyse(twin, { convention: 'conv-only' }).total.macs;
  return {
    name: 'mobilenet-twin',
    claim:
      'MobileNet V1 needs about a ninth of the multiply-adds of its twin of full convolutions, and a seventh of its parameters.',
    derivation: [
      'Both have the same maps; 13 full 3x3 convolutions stand in place of 13 depthwise and 13 pointwise ones.',
      'Layer by layer the ratio is 1/N + 1/9, so it tends to 1/9; the first convolution and the classifier are in both.',
      'The paper prints 569 with the classifier and 4866 without it; with it the twin has 4867.',
    ],
    numbers: [
      {
        label: 'MobileNet V1',
        value: light.macs,
        unit: 'MACs',
        formula: separableMacs(separable),
        published: { value: 569e6, within: 5e5 },
      },
      { label: 'twin, convolutions', value: convolutions, unit: 'MACs', published: { value: 4866e6, within: 5e5 } },
      { label: 'twin', value: heavy.macs, unit: 'MACs', formula: convolutions + 1_024_000 },
      { label: 'V1 of twin', value: light.macs / heavy.macs, unit: 'ratio' },
      { label: 'MobileNet V1', value: light.params, unit: 'parameters', published: { value: 4.2e6, within: 5e4 } },
      { label: 'twin', value: heavy.params, unit: 'parameters', published: { value: 29.3e6, within: 5e4 } },
    ],
    source: 'Howard et al. 2017, section 4.1, table 4 (arXiv 1704.04861)',
  };
}

/** The formula of section 3.1 summed over the blocks, with the first convolution and the classifier. */
function separableMacs(graph: Graph): number {
  let macs = 112 * 112 * 27 * 32 + 1024 * 1000;
  for (const node of graph.nodes) {
    if (!node.path.endsWith('conv_pw')) continue;
    const [size = 0, , outputs = 0] = node.shape;
    const inputs = graph.nodes[node.inputs[0] ?? -1]?.shape[2] ?? 0;
    macs += size * size * inputs * (9 + outputs);
  }
  return macs;
}
