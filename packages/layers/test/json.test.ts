import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activationFunctions,
  Builder,
  ConvzooError,
  fuseActivation,
  type Graph,
  GraphError,
  graphFromJson,
  graphToJson,
  hashGraph,
  type Json,
  type JsonObject,
  MAX_NODES,
  opNames,
} from '../src/index.js';
import { randomGraph } from './arbitrary-graph.js';

function tiny(): Graph {
  const nn = new Builder('tiny');
  return nn.graph(nn.tap('end', nn.dense(nn.input([2]), { name: 'fc', units: 1, bias: false })));
}

const text = (graph: Graph): string => JSON.stringify(graphToJson(graph));

describe('JSON', () => {
  it('is read back as the same graph', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        expect(graphFromJson(JSON.parse(text(graph)))).toEqual(graph);
        const fused = fuseActivation(graph);
        expect(graphFromJson(JSON.parse(text(fused)))).toEqual(fused);
      }),
    );
  });

  it('has this form, on which saved graphs rely', () => {
    expect(graphToJson(tiny())).toEqual({
      format: 'convzoo-graph/1',
      name: 'tiny',
      nodes: [
        { op: 'input', path: 'input', attributes: { shape: [2] }, inputs: [] },
        {
          op: 'dense',
          path: 'fc',
          attributes: { activation: 'linear' },
          inputs: [0],
          params: [{ path: 'fc.weight', role: 'kernel', shape: [2, 1] }],
        },
      ],
      output: 1,
      taps: { end: 1 },
    });
  });
});

describe('JSON of every op and activation', () => {
  it('is read back with its attributes', () => {
    const nn = new Builder('all');
    let x = nn.input([8, 8, 4]);
    for (const fn of activationFunctions) x = nn.activation(x, fn);
    x = nn.maxPool(nn.leakyRelu(nn.batchNorm(nn.conv2d(x, { out: 6, kernel: 3 })), { slope: 0.1 }), { size: 2 });
    x = nn.avgPool(nn.add(x, nn.multiply(x, nn.globalAvgPool(x))), { size: 2 });
    x = nn.layerScale(nn.layerNorm(nn.concat([x, x]), { eps: 1e-6 }), { parameter: 'gamma' });
    x = nn.channelShuffle(nn.sliceChannels(nn.rescale(x, { scale: [2], offset: [-1] }), { start: 1, size: 4 }), {
      groups: 2,
    });
    x = nn.dropout(nn.zeroPad(nn.adaptiveAvgPool(x, { size: 2 }), { channels: [1, 0] }), { rate: 0.5 });
    const graph = nn.graph(nn.dense(nn.flatten(x), { units: 3 }));
    expect([...new Set(graph.nodes.map(({ op }) => op))].sort()).toEqual(
      opNames.filter((op) => op !== 'custom').sort(),
    );
    expect(graphFromJson(JSON.parse(text(graph)))).toEqual(graph);
  });

  it.each<[string, string, object, string]>([
    ['a slope', 'leakyRelu', { slope: '0.1' }, 'nodes[1].attributes.slope'],
    ['a slope that is none', 'leakyRelu', { slope: 2 }, 'slope must be at least 0 and below 1, got 2'],
    ['what a product does not have', 'multiply', { activation: 'relu' }, 'unknown field "activation"'],
    ['a list of scales', 'rescale', { scale: 2, offset: [1] }, 'nodes[1].attributes.scale'],
    ['half a channel', 'sliceChannels', { start: 0.5, size: 1 }, 'nodes[1].attributes.start'],
    ['groups', 'channelShuffle', {}, 'nodes[1].attributes.groups'],
    ['a function', 'activation', { function: 'silu' }, 'must be one of relu, relu6, sigmoid'],
  ])('refuses %s', (_, op, attributes, message) => {
    const json = {
      format: 'convzoo-graph/1',
      name: 'one',
      nodes: [
        { op: 'input', path: 'input', attributes: { shape: [2, 2, 4] }, inputs: [] },
        { op, path: 'op', attributes, inputs: [0] },
      ],
      output: 1,
      taps: {},
    };
    expect(() => graphFromJson(json)).toThrow(GraphError);
    expect(() => graphFromJson(json)).toThrow(message);
  });
});

describe('hash', () => {
  it('is SHA-256 of the JSON with sorted keys', async () => {
    const canonical =
      '{"format":"convzoo-graph/1","name":"tiny","nodes":[' +
      '{"attributes":{"shape":[2]},"inputs":[],"op":"input","path":"input"},' +
      '{"attributes":{"activation":"linear"},"inputs":[0],"op":"dense","params":' +
      '[{"path":"fc.weight","role":"kernel","shape":[2,1]}],"path":"fc"}],"output":1,"taps":{"end":1}}';
    expect(await hashGraph(tiny())).toBe(createHash('sha256').update(canonical).digest('hex'));
  });

  it('does not depend on the order of keys', async () => {
    const reversed = (json: Json): Json => {
      if (Array.isArray(json)) return json.map(reversed);
      if (json === null || typeof json !== 'object') return json;
      return Object.fromEntries(
        Object.entries(json as JsonObject)
          .reverse()
          .map(([key, value]) => [key, reversed(value)]),
      );
    };
    await fc.assert(
      fc.asyncProperty(randomGraph, async (graph) => {
        expect(await hashGraph(graphFromJson(reversed(graphToJson(graph))))).toBe(await hashGraph(graph));
      }),
      { numRuns: 30 },
    );
  });

  it('differs where anything does', async () => {
    await fc.assert(
      fc.asyncProperty(randomGraph, randomGraph, async (a, b) => {
        expect((await hashGraph(a)) === (await hashGraph(b))).toBe(text(a) === text(b));
      }),
      { numRuns: 30 },
    );
  });
});

describe('bad JSON', () => {
  const json = (): { [key: string]: unknown } => JSON.parse(text(tiny())) as { [key: string]: unknown };
  const withNode = (change: object): unknown => {
    const root = json();
    const nodes = root['nodes'] as object[];
    return { ...root, nodes: [nodes[0], { ...nodes[1], ...change }] };
  };

  it.each<[string, unknown, string]>([
    ['null', null, 'the graph: must be an object, got null'],
    ['an array', [], 'the graph: must be an object, got []'],
    [
      'another format',
      { ...json(), format: 'convzoo-graph/2' },
      'format: must be "convzoo-graph/1", got "convzoo-graph/2"',
    ],
    ['no nodes', { ...json(), nodes: {} }, 'nodes: must be an array'],
    ['an unknown op', withNode({ op: 'attention' }), 'nodes[1].op: must be one of input, conv2d'],
    ['an inherited op', withNode({ op: 'toString' }), 'nodes[1].op: must be one of'],
    ['a path that is none', withNode({ path: 7 }), 'nodes[1].path: must be a string, got 7'],
    ['an unknown attribute', withNode({ attributes: { activation: 'relu', scale: 2 } }), 'unknown field "scale"'],
    ['an unknown activation', withNode({ attributes: { activation: 'mish' } }), 'must be one of linear, relu, relu6'],
    ['a missing attribute', withNode({ attributes: {} }), 'nodes[1].attributes.activation'],
    ['an input that comes later', withNode({ inputs: [1] }), 'nodes[1].inputs: node 1 does not come before'],
    ['a negative input', withNode({ inputs: [-1] }), 'nodes[1].inputs: node -1'],
    ['half an input', withNode({ inputs: [0.5] }), 'nodes[1].inputs: must be a whole number, got 0.5'],
    [
      'a role that is none',
      withNode({ params: [{ path: 'p', role: 'weight', shape: [1] }] }),
      'nodes[1].params[0].role',
    ],
    [
      'a shape of strings',
      withNode({ params: [{ path: 'p', role: 'kernel', shape: ['2', 1] }] }),
      'shape: must be a whole',
    ],
    ['an output that is not there', { ...json(), output: 2 }, 'output: node 2 does not come before'],
    ['a tap that is not there', { ...json(), taps: { end: 9 } }, 'taps.end: node 9'],
    ['too many nodes', { ...json(), nodes: { length: 1e9 } }, 'nodes: must be an array'],
    ['more nodes than any network', { ...json(), nodes: Array(MAX_NODES + 1).fill(0) }, `at most ${MAX_NODES} nodes`],
  ])('%s', (_, value, message) => {
    const read = (): Graph => graphFromJson(value);
    expect(read).toThrow(GraphError);
    expect(read).toThrow(message);
  });

  it('with shapes that do not fit names the node', () => {
    const kernel = [{ path: 'fc.weight', role: 'kernel', shape: [3, 1] }];
    expect(() => graphFromJson(withNode({ params: kernel }))).toThrow(
      'fc: dense: the input has 2 features, the kernel of 3x1 needs 3.',
    );
  });

  it('cannot reach a prototype', () => {
    const root = JSON.parse(text(tiny()).replace('"taps":{"end"', '"taps":{"__proto__"')) as unknown;
    const graph = graphFromJson(root);
    expect(Object.getPrototypeOf(graph.taps)).toBe(Object.prototype);
    expect(Object.keys(graph.taps)).toEqual(['__proto__']);
  });

  it('of any kind is refused by a typed error', () => {
    const read = (value: unknown): void => {
      try {
        graphFromJson(value);
      } catch (error) {
        expect(error).toBeInstanceOf(ConvzooError);
      }
    };
    fc.assert(fc.property(fc.jsonValue(), read));
    fc.assert(
      fc.property(
        fc.record({ format: fc.constant('convzoo-graph/1'), name: fc.string(), nodes: fc.jsonValue() }),
        read,
      ),
    );
  });

  it('with one value replaced is read or refused, and never breaks', () => {
    const odd = fc.constantFrom<unknown>(null, -1, 0, 0.5, 1e300, '', 'same', [], {}, true, [1e9, 1e9], 'custom');
    fc.assert(
      fc.property(randomGraph, fc.nat(), odd, (graph, pick, value) => {
        const root = JSON.parse(text(graph)) as unknown;
        const places: [Record<string, unknown>, string][] = [];
        const visit = (at: unknown): void => {
          if (at === null || typeof at !== 'object') return;
          for (const key of Object.keys(at)) {
            places.push([at as Record<string, unknown>, key]);
            visit((at as Record<string, unknown>)[key]);
          }
        };
        visit(root);
        const [holder, key] = places[pick % places.length]!;
        holder[key] = value;
        try {
          expect(graphFromJson(root).nodes.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ConvzooError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
