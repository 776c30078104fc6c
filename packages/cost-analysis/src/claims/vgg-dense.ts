import { copyAny, type Graph, nodeAt, rewriteGraph, type Value } from '@convzoo/layers';
import { vgg } from '@convzoo/zoo/vgg';
import { analyse } from '../analyse.js';
import { groupBy } from '../group.js';
import type { Claim } from './claim.js';

/** Most of VGG-16's parameters are in its three dense layers; global average pooling needs one of 512 x 1000. */
export function vggDense(): Claim {
  const graph = vgg('vgg16');
  const before = analyse(graph);
  const dense = groupBy(before, 'op').find(({ name }) => name === 'dense');
  const after = analyse(withGlobalPool(graph));
  const [params, macs] = [dense?.params ?? 0, dense?.macs ?? 0];
  const layers = 25_088 * 4096 + 4096 + (4096 * 4096 + 4096) + (4096 * 1000 + 1000);
  const { total } = before;
  return {
    name: 'vgg-dense',
    claim:
      'Nine tenths of the parameters of VGG-16 lie in its three dense layers, which do less than a hundredth of its work; ' +
      'with global average pooling and one dense layer the network keeps its convolutions and a ninth of its parameters.',
    derivation: [
      'The last map has 7 x 7 x 512 = 25,088 values, and every one is weighted for each of 4096 units.',
      '25,088 x 4096 + 4096, 4096 x 4096 + 4096 and 4096 x 1000 + 1000 parameters: 123,642,856.',
      'A weight of a dense layer is used once for a picture, one of a convolution at every position: few MACs.',
      'The mean over 7 x 7 positions leaves 512 values (Lin et al. 2013, section 3.2): 512 x 1000 + 1000 parameters.',
    ],
    numbers: [
      { label: 'VGG-16', value: total.params, unit: 'parameters', published: { value: 138_357_544, within: 0 } },
      { label: 'its dense layers', value: params, unit: 'parameters', formula: layers },
      { label: 'their share', value: params / total.params, unit: 'share' },
      {
        label: 'their share of the MACs',
        value: macs / total.macs,
        unit: 'share',
        formula: (layers - 9192) / total.macs,
      },
      {
        label: 'with global average pooling',
        value: after.total.params,
        unit: 'parameters',
        formula: total.params - layers + 512 * 1000 + 1000,
      },
      { label: 'of VGG-16', value: after.total.params / total.params, unit: 'share' },
      {
        label: 'with global average pooling',
        value: after.total.macs,
        unit: 'MACs',
        formula: total.macs - macs + 512_000,
      },
    ],
    source:
      'Simonyan and Zisserman 2014, table 2 (arXiv 1409.1556): 138 M; torchvision vgg16: 138,357,544; Lin, Chen and Yan, ' +
      'Network in Network, 2013, section 3.2 (arXiv 1312.4400)',
  };
}

/** The convolutions, a mean over each map, and one dense layer. */
function withGlobalPool(graph: Graph): Graph {
  const dense = graph.nodes.filter(({ op }) => op === 'dense');
  const last = dense.at(-1)?.id;
  const first = dense[0]?.id ?? graph.nodes.length;
  return rewriteGraph(graph, (node, inputs, nn): Value => {
    const [x] = inputs;
    if (x === undefined) return copyAny(node, inputs, nn);
    if (node.id === last) return nn.dense(x, { name: 'classifier', units: node.shape[0] ?? 0 });
    if (node.op === 'adaptiveAvgPool') return nn.globalAvgPool(x);
    const isHead = node.id >= first || nodeAt(graph, node.id).op === 'flatten';
    return isHead ? x : copyAny(node, inputs, nn);
  });
}
