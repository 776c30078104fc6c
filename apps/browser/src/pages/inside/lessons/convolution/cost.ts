import { analyse, type CostReport } from '@convzoo/cost-analysis';
import {
  type ClaimNumber,
  contradictions,
  depthwiseSeparable,
  mobileNetTwin,
  smallKernels,
} from '@convzoo/cost-analysis/claims';
import { Builder, type Graph, nodeAt, tapOf } from '@convzoo/layers';
import { mobilenetV1 } from '@convzoo/zoo/mobilenet-v1';
import type { Convolution } from './clock.js';

/** A count: `params` weights, `macs` multiply-accumulates. */
export interface Count {
  readonly params: number;
  readonly macs: number;
}

/** A convolution and the depthwise and pointwise ones in its place, as counted on graphs of these layers. */
export interface ConvolutionCost {
  readonly standard: Count;
  readonly depthwise: Count;
  readonly pointwise: Count;
  /** Of the MACs: counted, and as `1/N + 1/Dk^2`. */
  readonly ratio: { readonly counted: number; readonly formula: number };
  /** Whether every count is what its formula gives. */
  readonly agrees: boolean;
}

/** A separable block of MobileNet V1 beside the full convolution in its place. */
export interface RealLayer extends Convolution, ConvolutionCost {
  /** Path in the network, e.g. `blocks.4.1`. */
  readonly name: string;
  readonly stride: number;
}

export interface MobileNetLayers {
  readonly layers: readonly RealLayer[];
  /** MACs of the whole networks. */
  readonly separable: number;
  readonly twin: number;
  readonly source: string;
}

export interface SmallKernels {
  readonly small: Count;
  readonly large: Count;
  /** Pixels that both see. */
  readonly sees: number;
  /** Large over small. */
  readonly ratio: number;
  readonly source: string;
}

/** Counts a convolution of `inputs` maps to `outputs` of `size` x `size`, and its separable form. */
export function convolutionCost({ inputs, outputs, kernel, size }: Convolution): ConvolutionCost {
  const nn = new Builder('standard');
  const standard = analyse(nn.graph(nn.conv2d(nn.input([size, size, inputs]), { out: outputs, kernel })));
  const separable = analyse(separableGraph({ inputs, outputs, kernel, size }));
  const claim = depthwiseSeparable({ inputs, outputs, kernel, size });
  const ratio = numberOf(claim.numbers, 'separable of full, MACs');
  return {
    standard: countOf(standard, 'conv2d'),
    depthwise: countOf(separable, 'depthwise'),
    pointwise: countOf(separable, 'pointwise'),
    ratio: { counted: ratio.value, formula: ratio.formula ?? ratio.value },
    agrees: contradictions(claim).length === 0,
  };
}

function separableGraph({ inputs, outputs, kernel, size }: Convolution): Graph {
  const nn = new Builder('separable');
  const depthwise = nn.depthwiseConv2d(nn.input([size, size, inputs]), { name: 'depthwise', kernel });
  return nn.graph(nn.conv2d(depthwise, { name: 'pointwise', out: outputs, kernel: 1 }));
}

/** Every separable block of MobileNet V1, counted in the network and in its twin of full convolutions. */
export function mobileNetLayers(): MobileNetLayers {
  const graph = mobilenetV1();
  const [light, heavy] = [analyse(graph), analyse(mobilenetV1({ separable: false }))];
  const names = graph.nodes.flatMap(({ path }) =>
    path.endsWith('.conv_pw') ? [path.slice(0, -'.conv_pw'.length)] : [],
  );
  const layers = names.map((name): RealLayer => {
    const depthwise = tapOf(graph, `${name}.conv_dw`);
    const pointwise = tapOf(graph, `${name}.conv_pw`);
    const [size = 0, , outputs = 0] = pointwise.shape;
    const [from = 0] = nodeAt(graph, depthwise.inputs[0] ?? -1).shape;
    const convolution = { inputs: depthwise.shape[2] ?? 0, outputs, kernel: depthwise.params[0]?.shape[0] ?? 0, size };
    const [full, parts] = [countOf(heavy, `${name}.conv`), [`${name}.conv_dw`, `${name}.conv_pw`] as const];
    const [first, second] = [countOf(light, parts[0]), countOf(light, parts[1])];
    const { ratio } = convolutionCost(convolution);
    const counted = (first.macs + second.macs) / full.macs;
    return {
      ...convolution,
      name,
      stride: from / size,
      standard: full,
      depthwise: first,
      pointwise: second,
      ratio: { counted, formula: ratio.formula },
      agrees: counted === ratio.counted,
    };
  });
  const { source } = mobileNetTwin();
  return { layers, separable: light.total.macs, twin: heavy.total.macs, source };
}

/** `count` convolutions of 3x3 in place of a large one. */
export function smallKernelCost({
  count,
  channels,
}: {
  readonly count: 2 | 3;
  readonly channels: number;
}): SmallKernels {
  const { numbers, source } = smallKernels({ count, channels });
  const [small, large] = [Array.from({ length: count }, () => '3x3').join(' + '), `${2 * count + 1}x${2 * count + 1}`];
  const count1 = (label: string): Count => ({
    params: numberOf(numbers, label, 'parameters').value,
    macs: numberOf(numbers, label, 'MACs').value,
  });
  return {
    small: count1(small),
    large: count1(large),
    sees: numberOf(numbers, `sees (${small})`).value,
    ratio: numberOf(numbers, 'large over small').value,
    source,
  };
}

function countOf({ rows }: CostReport, path: string): Count {
  const row = rows.find((each) => each.path === path);
  if (row === undefined || row.macs === null) throw new RangeError(`nothing was counted for ${path}`);
  return { params: row.params, macs: row.macs };
}

function numberOf(numbers: readonly ClaimNumber[], label: string, unit?: ClaimNumber['unit']): ClaimNumber {
  const found = numbers.find((number) => number.label === label && (unit === undefined || number.unit === unit));
  if (found === undefined) throw new RangeError(`the claim has no number called ${label}`);
  return found;
}
