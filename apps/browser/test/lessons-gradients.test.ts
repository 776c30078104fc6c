import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { Builder, float32Tensor, type Graph, isTrainable, paramsOf, sizeOf } from '@convzoo/layers';
import { sgd, Trainer } from '@convzoo/training';
import { describe, expect, it } from 'vitest';
import { backward, crossEntropy, forward, startingWeights } from '../src/pages/inside/lessons/gradients/network.js';
import { normal, uniform } from '../src/pages/inside/lessons/gradients/random.js';
import type { Values } from '../src/pages/inside/lessons/gradients/rule.js';
import { stackGraph } from '../src/pages/inside/lessons/residual/signals.js';
import { contestantGraph } from '../src/pages/inside/lessons/residual/training.js';

const LABELS = [0, 1, 2, 1];

/** The networks of the lesson, small. */
const networks: Readonly<Record<string, Graph>> = {
  'residual with norms': stackGraph({ blocks: 2, shortcut: true, norm: true }),
  'plain with norms': stackGraph({ blocks: 2, shortcut: false, norm: true }),
  'residual without norms': stackGraph({ blocks: 2, shortcut: true, norm: false }),
  'dense residual': contestantGraph(8, true),
  'dense plain': contestantGraph(8, false),
};

function exampleOf(graph: Graph): { readonly x: Values; readonly weights: Map<string, Values> } {
  const { shape } = graph.nodes[0]!;
  const weights = startingWeights(graph, 3);
  // Norms that start as the identity would hide a mistake in their scale and shift.
  const next = uniform(5);
  for (const { path, role, shape: size } of paramsOf(graph)) {
    if (role === 'scale')
      weights.set(
        path,
        normal(sizeOf(size), 0.3, next).map((value) => 1 + value),
      );
    if (role === 'shift' || role === 'bias') weights.set(path, normal(sizeOf(size), 0.3, next));
  }
  return { x: normal(LABELS.length * sizeOf(shape), 1, uniform(4)), weights };
}

function lossOf(graph: Graph, weights: ReadonlyMap<string, Values>, x: Values) {
  const pass = forward(graph, weights, x);
  const { loss, gradient } = crossEntropy(pass.results[graph.output]!.y, LABELS);
  return { loss, gradients: backward(pass, gradient) };
}

describe.each(Object.entries(networks))('gradients of a network: %s', (_, graph) => {
  it('are the slopes of the loss, for weights and for the input', () => {
    const { x, weights } = exampleOf(graph);
    const { gradients } = lossOf(graph, weights, x);
    const step = 1e-6;
    const input = gradients.nodes.get(0)!;
    const slope = (change: (by: number) => number): number => (change(step) - change(-step)) / (2 * step);
    const changed = (values: Values, at: number, by: number): Values =>
      values.map((value, i) => (i === at ? value + by : value));
    for (const at of [0, 3, x.length - 1]) {
      expect(input[at]).toBeCloseTo(
        slope((by) => lossOf(graph, weights, changed(x, at, by)).loss),
        5,
      );
    }
    for (const spec of paramsOf(graph).filter(isTrainable)) {
      const gradient = gradients.params.get(spec.path)!;
      for (const at of [0, Math.floor(gradient.length / 2), gradient.length - 1]) {
        const other = (by: number) => new Map(weights).set(spec.path, changed(weights.get(spec.path)!, at, by));
        expect(gradient[at], spec.path).toBeCloseTo(
          slope((by) => lossOf(graph, other(by), x).loss),
          5,
        );
      }
    }
  });

  it('are those of the training package', async () => {
    const { x, weights } = exampleOf(graph);
    const { loss, gradients } = lossOf(graph, weights, x);
    const params = new Map(
      paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, Float32Array.from(weights.get(path)!))]),
    );
    const backend = await cpuBackend();
    using trainer = await Trainer.create({ graph, params, backend, optimiser: sgd() });
    const theirs = await trainer.gradients(Float32Array.from(x), Int32Array.from(LABELS));
    expect(loss).toBeCloseTo(theirs.loss, 4);
    expect([...gradients.params.keys()].sort()).toEqual([...theirs.gradients.keys()].sort());
    for (const [path, { data }] of theirs.gradients) {
      const ours = gradients.params.get(path)!;
      const largest = Math.max(...data.map(Math.abs), 1e-3);
      data.forEach((value, i) => {
        expect(Math.abs(value - ours[i]!) / largest, path).toBeLessThan(1e-3);
      });
    }
  });
});

describe('what is not differentiated here', () => {
  it('is refused by path', () => {
    const nn = new Builder('strided');
    const graph = nn.graph(nn.conv2d(nn.input([4, 4, 2]), { name: 'down', out: 2, kernel: 3, stride: 2 }));
    const weights = startingWeights(graph, 1);
    expect(() => forward(graph, weights, new Float64Array(32))).toThrow(/^down:/);
    const other = new Builder('pooled');
    const pooled = other.graph(other.maxPool(other.input([4, 4, 2]), { name: 'pool', size: 2 }));
    expect(() => forward(pooled, new Map(), new Float64Array(32))).toThrow(/^pool:/);
  });
});
