import { Builder, float32Tensor, GraphError, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertSupported, checkInput, type PrepareOptions, prepareNetwork, RuntimeError } from '../src/index.js';
import { FakeBackend } from './fake-backend.js';

/** Convolution, norm, ReLU, dropout, dense: something for every pass. */
function network() {
  const nn = new Builder('tiny');
  let x = nn.conv2d(nn.input([5, 6, 3]), { name: 'conv', out: 4, kernel: 3 });
  x = nn.tap('features', nn.activation(nn.batchNorm(x, { name: 'bn' }), 'relu'));
  x = nn.dropout(nn.globalAvgPool(x), { rate: 0.5 });
  return nn.graph(nn.dense(x, { name: 'fc', units: 2 }));
}
const graph = network();
const ones = (): Map<string, ReturnType<typeof float32Tensor>> =>
  new Map(
    paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(1))]),
  );
const ops = (params: Parameters, options?: PrepareOptions) =>
  prepareNetwork(graph, params, options).graph.nodes.map((n) => n.op);

describe('prepareNetwork', () => {
  it('folds norms, fuses activations and drops what does nothing at inference', () => {
    expect(ops(ones())).toEqual(['input', 'conv2d', 'globalAvgPool', 'dense']);
    const { params } = prepareNetwork(graph, ones());
    expect([...params.keys()].sort()).toEqual(['conv.bias:folded', 'conv.weight:folded', 'fc.bias', 'fc.weight']);
  });

  it('leaves what is tapped as it is', () => {
    expect(ops(ones(), { taps: ['bn'] })).toEqual(['input', 'conv2d', 'activation', 'globalAvgPool', 'dense']);
    expect(ops(ones(), { taps: ['conv'] })).toContain('batchNorm');
    expect(prepareNetwork(graph, ones(), { taps: ['features', 'conv'] }).graph.taps).toEqual({ features: 3, conv: 1 });
  });

  it('keeps no tap that was not asked for', () => {
    expect(prepareNetwork(graph, ones()).graph.taps).toEqual({});
  });

  it('changes nothing but the taps where optimisation is off', () => {
    const params = ones();
    const prepared = prepareNetwork(graph, params, { optimise: false });
    expect(prepared.graph.nodes).toEqual(graph.nodes);
    expect(prepared.params).toBe(params);
  });

  it('changes neither the graph nor the parameters it was given', () => {
    const params = ones();
    const before = structuredClone([...params]);
    const nodes = JSON.stringify(graph);
    prepareNetwork(graph, params);
    expect([...params]).toEqual(before);
    expect(JSON.stringify(graph)).toBe(nodes);
  });

  for (const optimise of [true, false]) {
    describe(optimise ? 'with optimisation' : 'without optimisation', () => {
      it('names a parameter that is missing', () => {
        for (const { path } of paramsOf(graph)) {
          const params = ones();
          params.delete(path);
          const prepare = () => prepareNetwork(graph, params, { optimise });
          expect(prepare).toThrow(RuntimeError);
          expect(prepare).toThrow(`tiny has no value for parameter ${path}; bind its weights first.`);
        }
      });

      it('names a parameter of another shape, and both shapes', () => {
        const params = ones().set('fc.weight', float32Tensor([2, 4], new Float32Array(8)));
        const prepare = () => prepareNetwork(graph, params, { optimise });
        expect(prepare).toThrow(
          'tiny: parameter fc.weight must be 4x2, got 2x4. These are weights of another network or width.',
        );
        expect(() => prepareNetwork(graph, params, { optimise })).toThrow(
          expect.objectContaining({ code: 'wrong-parameter-shape' }),
        );
      });

      it('refuses values that are fewer or more than the shape says', () => {
        const params = ones().set('fc.weight', float32Tensor([4, 2], new Float32Array(7)));
        expect(() => prepareNetwork(graph, params, { optimise })).toThrow(
          'tiny: parameter fc.weight must be 4x2, got 4x2 with 7 values. These are weights of another network or width.',
        );
      });
    });
  }

  it('names a tap that is not there', () => {
    expect(() => prepareNetwork(graph, ones(), { taps: ['layer9'] })).toThrow(GraphError);
    expect(() => prepareNetwork(graph, ones(), { taps: ['layer9'] })).toThrow(
      /no tap or node called "layer9".*features/,
    );
  });
});

describe('checkInput', () => {
  const input = (shape: readonly number[], values = sizeOf(shape)) => float32Tensor(shape, new Float32Array(values));

  it('gives the batch size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (batch) => {
        expect(checkInput(graph, input([batch, 5, 6, 3]))).toBe(batch);
      }),
    );
  });

  it.each([
    ['no batch axis', input([5, 6, 3])],
    ['an empty batch', input([0, 5, 6, 3])],
    ['channels first', input([1, 3, 5, 6])],
    ['another size', input([1, 6, 5, 3])],
    ['another rank', input([1, 90])],
    ['no shape', input([])],
    ['too few values', input([2, 5, 6, 3], 90)],
    ['too many values', input([1, 5, 6, 3], 91)],
    ['a broken batch size', { ...input([1, 5, 6, 3], 45), shape: [0.5, 5, 6, 3] }],
  ])('refuses %s, and says what it got and what to do', (_, tensor) => {
    const check = () => checkInput(graph, tensor);
    expect(check).toThrow(expect.objectContaining({ code: 'wrong-input-shape' }));
    expect(check).toThrow(
      `tiny takes [batch, 5, 6, 3] (NHWC), got [${tensor.shape.join(', ')}] with ${tensor.data.length} values. ` +
        'Preprocess to that size, or build the network for another input.',
    );
  });
});

describe('assertSupported', () => {
  const node = (path: string) => ({ path, op: 'custom', reason: 'it is odd' });

  it('lets a backend pass that runs every node', () => {
    expect(() => assertSupported(new FakeBackend('full'), graph)).not.toThrow();
  });

  it('names the first node that a backend cannot run, and how many more there are', () => {
    const one = new FakeBackend('small', { unsupported: [node('block.mish')] });
    expect(() => assertSupported(one, graph)).toThrow(
      'Backend small cannot run block.mish (custom): it is odd. Choose another backend.',
    );
    const three = new FakeBackend('small', { unsupported: ['a', 'b', 'c'].map(node) });
    expect(() => assertSupported(three, graph)).toThrow('cannot run a (custom): it is odd, nor 2 more node(s).');
    expect(() => assertSupported(three, graph)).toThrow(expect.objectContaining({ code: 'unsupported-op' }));
  });
});
