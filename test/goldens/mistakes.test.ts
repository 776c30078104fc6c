/**
 * A comparison that lets mistakes pass is worth nothing: those of ../shared/goldens/README.md and more, planted in a network
 * of the zoo and in one of one's own, must be seen, and at the layer where they are.
 */
import { readFileSync } from 'node:fs';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { type AnyNode, float32Tensor, type Graph, graphFromJson, graphToJson, type OpName } from '@convzoo/layers';
import { fillNetwork, type GoldenRecord, ownNetwork, parseGoldens, verifyNetwork, zooNetwork } from '@convzoo/parity';
import { describe, expect, it } from 'vitest';
import myNet from '../../examples/my-net.js';
import { givenGoldens, ownGoldens } from './records.js';

const backend = await wasmBackend();

const [mine] = parseGoldens(
  readFileSync(new URL('../../fixtures/parity/my-net.jsonl', import.meta.url), 'utf8'),
).records;
const recordOf = (name: string): GoldenRecord => {
  const found = [...givenGoldens, ...ownGoldens].find(({ record }) => record.case === name);
  if (found === undefined) throw new Error(`there is no record ${name}`);
  return found.record;
};

type Attributes = Record<string, unknown>;

/** The graph with other attributes of some nodes, every shape inferred anew. */
function changed(graph: Graph, change: (node: AnyNode) => Attributes | undefined): Graph {
  const json = JSON.parse(JSON.stringify(graphToJson(graph))) as { nodes: { attributes: Attributes }[] };
  let changes = 0;
  graph.nodes.forEach((node, i) => {
    const attributes = change(node);
    if (attributes === undefined) return;
    changes++;
    Object.assign(json.nodes[i]!.attributes, attributes);
  });
  if (changes === 0) throw new Error('nothing was changed');
  return graphFromJson(json);
}

const every = (op: OpName, attributes: Attributes) => (node: AnyNode) => (node.op === op ? attributes : undefined);
const at = (path: string, attributes: Attributes) => (node: AnyNode) => (node.path === path ? attributes : undefined);

describe('a mistake in a network of the zoo', () => {
  it.each([
    ['BN eps 1e-4 instead of 1e-5', 'resnet18-224x224', every('batchNorm', { eps: 1e-4 }), /layer1|relu|maxpool/],
    [
      'stride on the first 1x1',
      'resnet50-224x224',
      (node: AnyNode) => {
        if (/layer[234]\.0\.conv1/.test(node.path)) return { strides: [2, 2] };
        return /layer[234]\.0\.conv2/.test(node.path) ? { strides: [1, 1] } : undefined;
      },
      /^layer2/,
    ],
    ['ceil_mode off', 'squeezenet1_0-97x131', every('maxPool', { ceilMode: false }), /^features\.[2-5]$/],
    [
      'first convolution padded right and bottom',
      'mobilenet_v2-224x224',
      at('features.0.0', { padding: 'same' }),
      /^features\.0/,
    ],
    ['ReLU instead of ReLU6', 'mobilenet_v2-224x224', every('activation', { function: 'relu' }), /^features\.\d+$/],
    [
      'sigmoid instead of hard sigmoid',
      'mobilenet_v3_small-224x224',
      (node: AnyNode) =>
        node.op === 'activation' && node.attributes.function === 'hardSigmoid' ? { function: 'sigmoid' } : undefined,
      /^features\.1/,
    ],
    [
      'average pool leaves padding out',
      'inception_v3-299x299',
      every('avgPool', { countIncludePad: false }),
      /^Mixed_5b$/,
    ],
    ['another shuffle', 'shufflenet_v2_x0_5-224x224', every('channelShuffle', { groups: 4 }), /^stage2/],
  ] as const)('%s is seen', { timeout: 60_000 }, async (_, name, change, where) => {
    const network = zooNetwork(recordOf(name));
    const params = fillNetwork(network);
    const graph = changed(network.graph, change);
    const result = await verifyNetwork({ ...network, graph }, { backend, params });
    expect(result.agrees).toBe(false);
    expect(result.error).toBeGreaterThan(2e-4);
    expect(result.firstDifference!.at).toMatch(where);
  });
});

describe('a mistake in a network of one’s own', () => {
  const verify = async (graph: Graph) => verifyNetwork(ownNetwork(mine!, graph), { backend });

  it('is none where there is none', async () => {
    expect(await verify(myNet())).toMatchObject({ agrees: true });
  });

  it.each([
    ['padding', at('stage2.down.dw', { padding: 'same' }), { at: 'stage2.down.dw', lastAgreed: 'stage1' }],
    [
      'epsilon',
      at('stage3.refine.pw_bn', { eps: 1e-3 }),
      { at: 'stage3.refine.pw_bn', lastAgreed: 'stage3.refine.pw' },
    ],
    [
      'activation',
      at('stage1.refine.relu', { function: 'swish' }),
      { at: 'stage1.refine.pw', lastAgreed: 'stage1.refine.dw_bn' },
    ],
    ['stride', at('stem', { padding: [0, 0, 1, 1] }), { at: 'stem' }],
  ] as const)('of its %s is found at the layer where it is', async (_, change, difference) => {
    expect((await verify(changed(myNet(), change))).firstDifference).toMatchObject(difference);
  });

  it('NaN in one parameter is seen', async () => {
    const network = ownNetwork(mine!, myNet());
    const params = new Map(fillNetwork(network));
    const { shape, data } = params.get('stage2.down.pw.weight')!;
    params.set('stage2.down.pw.weight', float32Tensor(shape, data.with(5, Number.NaN)));
    const result = await verifyNetwork(network, { backend, params });
    expect(result.firstDifference).toMatchObject({ at: 'stage2.down.pw', error: Number.POSITIVE_INFINITY });
    expect(result.error).toBe(Number.POSITIVE_INFINITY);
  });
});
