import { Builder, type Graph, type NodeId, nodeAt, optimiseForInference, sizeOf } from '@convzoo/layers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InPlaceOp, inferenceMemory, trainingMemory } from '../src/index.js';
import { graphs, smallResNet } from './graphs.js';

/** Every order of the nodes in which each comes after its inputs. */
function* orders({ nodes }: Graph, ran: readonly NodeId[] = []): Generator<readonly NodeId[]> {
  if (ran.length === nodes.length) yield ran;
  for (const { id, inputs } of nodes) {
    if (!ran.includes(id) && inputs.every((input) => ran.includes(input)))
      yield* orders({ nodes } as Graph, [...ran, id]);
  }
}

/** Elements in use at most in an order, by asking at every step which results somebody still needs. */
function peakOf(graph: Graph, order: readonly NodeId[], inPlace: readonly InPlaceOp[] = []): number {
  const shown = (id: NodeId): NodeId => {
    const node = nodeAt(graph, id);
    return node.op === 'flatten' || node.op === 'dropout' ? shown(node.inputs[0]!) : id;
  };
  const needed = (id: NodeId, after: readonly NodeId[]): boolean =>
    shown(graph.output) === id ||
    after.some((later) => nodeAt(graph, later).inputs.some((input) => shown(input) === id));
  const elements = (id: NodeId): number => sizeOf(nodeAt(graph, id).shape);
  let peak = 0;
  order.forEach((id, i) => {
    const before = order.slice(0, i).filter((other) => shown(other) === other && needed(other, order.slice(i)));
    let use = before.reduce((sum, other) => sum + elements(other), 0);
    const node = nodeAt(graph, id);
    const over = node.inputs.map(shown).some((input) => {
      const same = nodeAt(graph, input).shape.join() === node.shape.join();
      return same && !needed(input, order.slice(i + 1)) && (inPlace as readonly string[]).includes(node.op);
    });
    if (shown(id) === id && !over) use += elements(id);
    peak = Math.max(peak, use);
  });
  return peak;
}

/** Branches of random convolutions and activations from one input, joined two by two. */
const branched = fc
  .array(fc.array(fc.record({ out: fc.integer({ min: 1, max: 9 }), relu: fc.boolean() }), { maxLength: 3 }), {
    minLength: 2,
    maxLength: 3,
  })
  .map((branches) => {
    const nn = new Builder('branched');
    const x = nn.input([2, 2, 3]);
    const ends = branches.map((layers, b) =>
      nn.scope(`branch${b}`, () =>
        layers.reduce((y, { out, relu }) => {
          return relu ? nn.activation(y, 'relu') : nn.conv2d(y, { out, kernel: 1 });
        }, x),
      ),
    );
    return nn.graph(nn.dense(nn.dropout(nn.flatten(nn.concat(ends)), { rate: 0.5 }), { units: 2 }));
  });

describe('memory of a forward pass', () => {
  it('counts by hand: a result lives until its last reader has run', () => {
    const nn = new Builder('hand');
    const x = nn.input([4, 4, 2]);
    const y = nn.activation(nn.conv2d(x, { name: 'conv', out: 3, kernel: 1 }), 'relu');
    const graph = nn.graph(nn.dense(nn.flatten(y), { name: 'fc', units: 5 }));
    const memory = inferenceMemory(graph);
    // Input 32, convolution 48, ReLU 48 (flatten is the same), result 5.
    expect(memory.during.map(({ bytes }) => bytes / 4)).toEqual([32, 32 + 48, 48 + 48, 48, 48 + 5]);
    expect(memory.given).toEqual({ bytes: 4 * 96, at: 'relu' });
    expect(memory.weightBytes).toBe(4 * (6 + 48 * 5 + 5));
    expect(memory.peakBytes).toBe(memory.weightBytes + memory.best.bytes);
    expect(inferenceMemory(graph, { inPlace: ['activation'] }).given).toEqual({ bytes: 4 * 80, at: 'conv' });
    expect(inferenceMemory(graph, { batch: 3, dtype: 'int8' }).given.bytes).toBe(3 * 96);
  });

  it('does not overwrite what a shortcut still reads, but the other side of the sum', () => {
    const nn = new Builder('sum');
    const x = nn.activation(nn.input([2, 2, 4]), 'relu');
    const y = nn.conv2d(x, { out: 4, kernel: 1 });
    const graph = nn.graph(nn.add(nn.activation(y, 'relu'), x));
    const peak = (inPlace: readonly InPlaceOp[]): number => inferenceMemory(graph, { inPlace }).best.bytes / 64;
    expect(peak([])).toBe(3);
    expect(peak(['activation'])).toBe(3);
    expect(peak(['activation', 'add'])).toBe(2);
  });

  it('finds the order that needs least: a large branch goes first where only a little of it is left', () => {
    const nn = new Builder('order');
    const x = nn.input([4, 4, 1]);
    const small = nn.conv2d(x, { name: 'a', out: 4, kernel: 1 });
    const wide = nn.conv2d(x, { name: 'b', out: 64, kernel: 1 });
    const narrow = nn.conv2d(wide, { name: 'c', out: 1, kernel: 1 });
    const memory = inferenceMemory(nn.graph(nn.concat([small, narrow])));
    // The input waits for `a` in the best order, and `a` for the rest in the given one.
    expect(memory.given).toEqual({ bytes: 4 * 16 * (4 + 64 + 1), at: 'b' });
    expect(memory.best).toMatchObject({ bytes: 4 * 16 * (1 + 64 + 1), exact: true });
    expect(memory.best.order).toEqual(['input', 'b', 'c', 'a', 'concat']);
  });

  it('equals a search of all orders on random branches, in place or not', () => {
    fc.assert(
      fc.property(branched, fc.subarray<InPlaceOp>(['activation', 'add']), (graph, inPlace) => {
        const peaks = [...orders(graph)].map((order) => peakOf(graph, order, inPlace));
        const memory = inferenceMemory(graph, { inPlace });
        expect(memory.best.bytes).toBe(4 * Math.min(...peaks));
        expect(memory.best.exact).toBe(true);
        expect(memory.given.bytes).toBe(4 * peaks[0]!);
        const best = memory.best.order.map((path) => graph.nodes.findIndex((node) => node.path === path));
        expect(4 * peakOf(graph, best, inPlace)).toBe(memory.best.bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('runs every random network in an order that is possible and no worse than the given', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { graph: live } = optimiseForInference(graph);
        const { given, best } = inferenceMemory(live);
        expect(best.bytes).toBeLessThanOrEqual(given.bytes);
        expect(new Set(best.order).size).toBe(best.order.length);
      }),
    );
  });

  it('falls back to a rule of thumb where there is too much to search, and says so', () => {
    const nn = new Builder('wide');
    const x = nn.input([2, 2, 1]);
    const ends = Array.from({ length: 24 }, (_, i) =>
      nn.conv2d(nn.conv2d(x, { name: `wide${i}`, out: 40, kernel: 1 }), { name: `narrow${i}`, out: 1, kernel: 1 }),
    );
    // All wide ones first, which is the worst that one can do.
    const { best } = inferenceMemory(nn.graph(nn.concat(ends)));
    expect(best.exact).toBe(false);
    expect(best.bytes).toBeLessThanOrEqual(4 * 4 * (1 + 40 + 24));
  });
});

describe('graphs that no one would draw', () => {
  it.each([290, 20_000])('of %i branches take no time that anyone waits for', (branches) => {
    const nn = new Builder('hostile');
    const x = nn.input([1, 1, 1]);
    const ends = Array.from({ length: branches }, (_, i) =>
      nn.conv2d(x, { name: `c${i}`, out: 1 + (i % 3), kernel: 1 }),
    );
    const graph = nn.graph(nn.concat(ends));
    const before = process.cpuUsage();
    const { best, given } = inferenceMemory(graph);
    trainingMemory(graph);
    const { user, system } = process.cpuUsage(before);
    expect(best.bytes).toBeLessThanOrEqual(given.bytes);
    expect((user + system) / 1e6).toBeLessThan(3);
  });
});

describe('memory of a training step', () => {
  it('keeps by hand what backward reads', () => {
    const nn = new Builder('hand');
    const x = nn.input([4, 4, 2]);
    const conv = nn.conv2d(x, { name: 'conv', out: 3, kernel: 1, bias: true });
    const y = nn.activation(nn.batchNorm(conv, { name: 'bn' }), 'relu');
    const graph = nn.graph(nn.dense(nn.globalAvgPool(y), { name: 'fc', units: 5 }));
    const memory = trainingMemory(graph, { batch: 2, optimiser: 'adam' });
    // The input and the convolution's result (both read by gradients), ReLU's result, the pooled vector, the output; not
    // the norm's result. Mean and deviation of the batch, once.
    expect(memory.keptBytes).toBe(4 * (2 * (32 + 48 + 48 + 3 + 5) + 6));
    const params = 6 + 3 + 6 + 15 + 5;
    expect(memory.gradientBytes).toBe(4 * params);
    expect(memory.optimiserBytes).toBe(8 * params);
    expect(memory.weightBytes).toBe(4 * (params + 6));
    // Worst in backward at the norm: gradient of its result and of its input beside what is kept up to there, and the
    // gradients of the dense layer and of the norm itself.
    expect(memory.worst).toMatchObject({ phase: 'backward' });
    expect(memory.peakBytes).toBe(memory.weightBytes + memory.optimiserBytes + memory.worst.bytes);
  });

  it('costs optimisers what they keep', () => {
    const [sgd, momentum, adam] = (['sgd', 'momentum', 'adam'] as const).map((optimiser) =>
      trainingMemory(smallResNet(), { optimiser }),
    );
    expect(sgd?.optimiserBytes).toBe(0);
    expect(momentum?.optimiserBytes).toBe(momentum?.gradientBytes);
    expect(adam?.optimiserBytes).toBe(2 * (adam?.gradientBytes ?? 0));
    expect((adam?.peakBytes ?? 0) - (sgd?.peakBytes ?? 0)).toBe(adam?.optimiserBytes);
  });

  it('never needs less than what it keeps, and grows with the batch', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const [one, four] = [1, 4].map((batch) => trainingMemory(graph, { batch }));
        expect(one!.worst.bytes).toBeGreaterThanOrEqual(one!.keptBytes);
        expect(four!.keptBytes).toBeLessThanOrEqual(4 * one!.keptBytes);
        expect(four!.keptBytes).toBeGreaterThan(one!.keptBytes);
      }),
    );
  });
});
