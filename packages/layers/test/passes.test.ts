import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Builder,
  ConvzooError,
  consumersOf,
  copyAny,
  dropDeadNodes,
  dropDropout,
  type Float32Tensor,
  float32Tensor,
  foldBatchNorm,
  fuseActivation,
  type Graph,
  graphToJson,
  keepTaps,
  nodeAt,
  optimiseForInference,
  outputOf,
  type Parameters,
  paramsOf,
  replaceHead,
  rewriteGraph,
  selectOutput,
  sizeOf,
  tapOf,
  withInputShape,
} from '../src/index.js';
import { buildRandom, randomGraph, randomNetwork } from './arbitrary-graph.js';

const ops = (graph: Graph): string[] => graph.nodes.map((node) => node.op);
const noTaps = (graph: Graph): Graph => keepTaps(graph, []);

/** Values that make every parameter different; variances are positive. */
function fill(graph: Graph): Parameters {
  return new Map(
    paramsOf(graph).map(({ path, role, shape }, i): [string, Float32Tensor] => {
      const value = (k: number): number => Math.sin(i + 7 * k + 1);
      const data = Float32Array.from({ length: sizeOf(shape) }, (_, k) =>
        role === 'variance' ? 1 + value(k) ** 2 : value(k),
      );
      return [path, float32Tensor(shape, data)];
    }),
  );
}

/** Every node again, which checks ids, order and shapes as the builder does. */
const rebuild = (graph: Graph): Graph => rewriteGraph(graph, copyAny);

describe('every pass', () => {
  const passes: Readonly<Record<string, (graph: Graph) => Graph>> = {
    dropDeadNodes,
    dropDropout,
    foldBatchNorm: (graph) => foldBatchNorm(graph).graph,
    fuseActivation,
    optimiseForInference: (graph) => optimiseForInference(graph).graph,
    'optimiseForInference without taps': (graph) => optimiseForInference(noTaps(graph)).graph,
  };

  it.each(Object.entries(passes))(
    '%s keeps the shape of output and taps, and does not change its argument',
    (name, pass) => {
      fc.assert(
        fc.property(randomGraph, (graph) => {
          const before = graphToJson(graph);
          const after = pass(graph);
          expect(rebuild(after)).toEqual(after);
          expect(outputOf(after).shape).toEqual(outputOf(graph).shape);
          const kept = name.endsWith('without taps') ? [] : Object.keys(graph.taps);
          expect(Object.keys(after.taps)).toEqual(kept);
          for (const tap of kept) expect(tapOf(after, tap).shape).toEqual(tapOf(graph, tap).shape);
          expect(graphToJson(graph)).toEqual(before);
        }),
      );
    },
  );

  it.each(['dropDeadNodes', 'dropDropout', 'fuseActivation'])('%s leaves nothing to do a second time', (name) => {
    const pass = passes[name]!;
    fc.assert(
      fc.property(randomGraph, (graph) => {
        expect(pass(pass(graph))).toEqual(pass(graph));
      }),
    );
  });
});

describe('optimiseForInference', () => {
  it('leaves no dropout, no dead node, no norm that could be folded and no activation that could be fused', () => {
    fc.assert(
      fc.property(randomGraph, (given) => {
        const graph = noTaps(given);
        const { graph: plan } = optimiseForInference(graph);
        const consumers = consumersOf(plan);
        expect(ops(plan)).not.toContain('dropout');
        for (const node of plan.nodes) {
          if (node.op !== 'input' && node.id !== plan.output) expect(consumers[node.id]).not.toEqual([]);
          if (node.op !== 'activation') continue;
          const producer = nodeAt(plan, node.inputs[0]!);
          const fusable = producer.op === 'conv2d' || producer.op === 'dense' || producer.op === 'add';
          if (fusable)
            expect(producer.attributes.activation !== 'linear' || consumers[producer.id]!.length > 1).toBe(true);
        }
      }),
    );
  });

  it('gives a value of the right size to every parameter of the new graph, and to no other', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const rewrite = optimiseForInference(graph);
        const params = fill(dropDeadNodes(graph));
        const after = rewrite.transform(params);
        const wanted = paramsOf(rewrite.graph);
        expect([...after.keys()].sort()).toEqual(wanted.map((param) => param.path).sort());
        for (const { path, shape } of wanted) {
          expect(after.get(path)?.shape).toEqual(shape);
          expect(after.get(path)?.data.length).toBe(sizeOf(shape));
        }
      }),
    );
  });
});

describe('foldBatchNorm', () => {
  it('leaves alone what two layers share', () => {
    const nn = new Builder('t');
    const x = nn.input([4]);
    const kernel = { path: 'w', role: 'kernel', shape: [4, 4] } as const;
    const layer = (path: string, from: typeof x) =>
      nn.node('dense', { path, attributes: { activation: 'linear' }, inputs: [from], params: [kernel] });
    const first = nn.batchNorm(layer('a', x), { name: 'bn1' });
    const graph = nn.graph(nn.batchNorm(layer('b', first), { name: 'bn2' }));
    expect(ops(foldBatchNorm(graph).graph)).toEqual(['input', 'dense', 'batchNorm', 'dense', 'batchNorm']);
  });

  function denseAndNorm(bias: boolean): Graph {
    const nn = new Builder('t');
    const x = nn.dense(nn.input([3]), { name: 'fc', units: 2, bias });
    return nn.graph(nn.batchNorm(x, { name: 'bn', eps: 0.25 }));
  }

  it.each([true, false])('is exact for a dense layer worked out by hand, bias %s', (bias) => {
    const graph = denseAndNorm(bias);
    const params = fill(graph);
    const at = (path: string, i: number): number => params.get(path)!.data[i]!;
    const { graph: folded, transform } = foldBatchNorm(graph);
    const after = transform(params);
    expect(ops(folded)).toEqual(['input', 'dense']);
    for (let c = 0; c < 2; c++) {
      const gain = at('bn.weight', c) / Math.sqrt(at('bn.running_var', c) + 0.25);
      const shift = gain * ((bias ? at('fc.bias', c) : 0) - at('bn.running_mean', c)) + at('bn.bias', c);
      expect(after.get('fc.bias:folded')!.data[c]).toBe(Math.fround(shift));
      for (let i = 0; i < 3; i++) {
        expect(after.get('fc.weight:folded')!.data[i * 2 + c]).toBe(Math.fround(at('fc.weight', i * 2 + c) * gain));
      }
    }
  });

  it('does not change the map it is given, and says what is missing', () => {
    const graph = denseAndNorm(true);
    const params = new Map(fill(graph));
    const { transform } = foldBatchNorm(graph);
    const copy = structuredClone(params);
    transform(params);
    expect(params).toEqual(copy);
    params.delete('bn.running_var');
    expect(() => transform(params)).toThrow(ConvzooError);
    expect(() => transform(params)).toThrow('Parameter bn.running_var has no value; bind the network');
  });

  it('leaves a layer whose own result is tapped, read twice, or the output', () => {
    const nn = new Builder('t');
    const conv = nn.conv2d(nn.input([4, 4, 2]), { name: 'conv', out: 2, kernel: 3 });
    const norm = nn.batchNorm(conv, { name: 'bn' });
    const graph = nn.graph(norm);
    expect(ops(foldBatchNorm(graph).graph)).toEqual(['input', 'conv2d']);
    expect(ops(foldBatchNorm({ ...graph, taps: { conv: conv.id } }).graph)).toContain('batchNorm');
    expect(ops(foldBatchNorm({ ...graph, output: conv.id }).graph)).toContain('batchNorm');
    expect(tapOf(foldBatchNorm({ ...graph, taps: { bn: norm.id } }).graph, 'bn').path).toBe('conv');
    expect(ops(foldBatchNorm(nn.graph(nn.add(norm, conv))).graph)).toContain('batchNorm');
  });

  it('leaves a norm that follows an activation or a pool', () => {
    const nn = new Builder('t');
    const x = nn.activation(nn.conv2d(nn.input([4, 4, 2]), { out: 2, kernel: 3 }), 'relu');
    const graph = nn.graph(nn.batchNorm(x));
    expect(ops(foldBatchNorm(graph).graph)).toEqual(['input', 'conv2d', 'activation', 'batchNorm']);
    expect(ops(foldBatchNorm(fuseActivation(graph)).graph)).toEqual(['input', 'conv2d', 'batchNorm']);
  });
});

describe('fuseActivation', () => {
  it('moves an activation into convolution, dense layer and sum', () => {
    const nn = new Builder('t');
    const x = nn.activation(nn.conv2d(nn.input([4, 4, 2]), { name: 'conv', out: 2, kernel: 3 }), 'relu6');
    const sum = nn.activation(nn.add(x, x, { name: 'sum' }), 'relu');
    const graph = fuseActivation(nn.graph(nn.activation(nn.dense(nn.flatten(sum), { name: 'fc', units: 2 }), 'relu')));
    const activations = ['conv', 'sum', 'fc'].map((path) => tapOf(graph, path).attributes);
    expect(activations).toMatchObject([{ activation: 'relu6' }, { activation: 'relu' }, { activation: 'relu' }]);
    expect(ops(graph)).toEqual(['input', 'conv2d', 'add', 'flatten', 'dense']);
  });

  it('leaves a result that something else reads', () => {
    const nn = new Builder('t');
    const conv = nn.conv2d(nn.input([4, 4, 2]), { out: 2, kernel: 3 });
    const both = nn.add(nn.activation(conv, 'relu'), conv);
    expect(ops(fuseActivation(nn.graph(both)))).toContain('activation');
    const tapped = { ...nn.graph(nn.activation(conv, 'relu')), taps: { conv: conv.id } };
    expect(ops(fuseActivation(tapped))).toContain('activation');
  });
});

describe('choosing', () => {
  it('another output drops what it does not need', () => {
    fc.assert(
      fc.property(randomGraph, fc.nat(), (graph, pick) => {
        const node = graph.nodes[pick % graph.nodes.length]!;
        const part = selectOutput(noTaps(graph), node.path);
        expect(outputOf(part)).toMatchObject({ op: node.op, path: node.path, shape: node.shape });
        expect(part.nodes.length).toBeLessThanOrEqual(node.id + 1);
      }),
    );
  });

  it('taps by name or path', () => {
    const nn = new Builder('t');
    const x = nn.module('stage', () => nn.conv2d(nn.input([4, 4, 2]), { name: 'conv', out: 2, kernel: 3 }));
    const graph = nn.graph(nn.activation(x, 'relu'));
    expect(keepTaps(graph, ['stage', 'stage.conv', 'relu']).taps).toEqual({ stage: 1, 'stage.conv': 1, relu: 2 });
    expect(() => keepTaps(graph, ['stages'])).toThrow(/Its taps: stage/);
    expect(selectOutput(graph, 'stage').taps).toEqual({ stage: 1 });
  });
});

describe('replaceHead', () => {
  it('changes the last layer alone', () => {
    fc.assert(
      fc.property(randomGraph, fc.integer({ min: 1, max: 9 }), (graph, classes) => {
        const other = replaceHead(graph, classes);
        expect(outputOf(other).shape).toEqual([classes]);
        expect(other.nodes.slice(0, -1)).toEqual(graph.nodes.slice(0, -1));
        expect(replaceHead(other, 3)).toEqual(graph);
      }),
    );
  });

  it('refuses a network that does not end in one classifier', () => {
    const nn = new Builder('two');
    const x = nn.input([4]);
    const sum = nn.add(nn.dense(x, { name: 'a', units: 2 }), nn.dense(x, { name: 'b', units: 2 }));
    expect(() => replaceHead(nn.graph(sum), 3)).toThrow('add: Graph two does not end in one classifier layer');
  });
});

describe('withInputShape', () => {
  it('is what building for that input gives, where the classifier does not depend on it', () => {
    const side = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(randomNetwork, side, side, (network, height, width) => {
        const first = buildRandom({ ...network, flat: false });
        const other = buildRandom({ ...network, flat: false, height, width });
        // Steps that fit into one of the two maps alone make two different networks.
        fc.pre(
          ops(first).join() === ops(other).join() &&
            JSON.stringify(paramsOf(first)) === JSON.stringify(paramsOf(other)),
        );
        expect(withInputShape(first, [height, width, network.inputs])).toEqual(other);
      }),
    );
  });

  it('names the layer that needs the old one', () => {
    const nn = new Builder('t');
    const graph = nn.graph(nn.dense(nn.flatten(nn.input([4, 4, 2])), { name: 'fc', units: 2 }));
    expect(() => withInputShape(graph, [5, 4, 2])).toThrow(
      'fc: dense: the input has 40 features, the kernel of 32x2 needs 32.',
    );
    expect(() => withInputShape(graph, [4, 4])).toThrow(/^input: /);
  });
});
