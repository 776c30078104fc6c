import { Builder, type Graph } from '@convzoo/layers';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { DifferentiableGraph } from '../src/index.js';
import { checkThatTensorsAreFreed, onBackends } from './support/backends.js';

const SIZE = 20_000;

/** Dropout alone. */
function network(rate: number, name = 'drop'): Graph {
  const nn = new Builder('dropout');
  return nn.graph(nn.dropout(nn.input([SIZE]), { name, rate }));
}

await onBackends('dropout', (backend) => {
  checkThatTensorsAreFreed();

  async function maskOf(rate: number, { seed = 0, step = 0, name = 'drop' } = {}): Promise<Float32Array> {
    const graph = new DifferentiableGraph(network(rate, name), backend, { seed });
    const ones = tf.ones([1, SIZE]);
    const tape = graph.forward(ones, new Map(), step);
    const mask = await tape.output.data<'float32'>();
    const copy = Float32Array.from(mask);
    tape.dispose();
    ones.dispose();
    graph.dispose();
    return copy;
  }

  it.each([0.1, 0.5, 0.8])(
    'of ones, a share of %f becomes 0 and the rest 1 / (1 - rate): the mean stays',
    async (rate) => {
      const mask = await maskOf(rate);
      const kept = Math.fround(1 / (1 - rate));
      expect(mask.every((v) => v === 0 || v === kept)).toBe(true);
      const dropped = mask.filter((v) => v === 0).length / SIZE;
      expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / SIZE));
    },
  );

  it('rate 0 changes nothing', async () => {
    expect((await maskOf(0)).every((v) => v === 1)).toBe(true);
  });

  it('per example drops all values of an example or none', async () => {
    const batch = 400;
    const nn = new Builder('depth');
    const graph = new DifferentiableGraph(
      nn.graph(nn.dropout(nn.input([2, 3, 4]), { rate: 0.25, per: 'example' })),
      backend,
    );
    const ones = tf.ones([batch, 2, 3, 4]);
    const tape = graph.forward(ones, new Map(), 0);
    const mask = await tape.output.data<'float32'>();
    const examples = Array.from({ length: batch }, (_, i) => new Set(mask.subarray(i * 24, (i + 1) * 24)));
    for (const values of examples) expect([...values]).toEqual([values.has(0) ? 0 : Math.fround(1 / 0.75)]);
    const dropped = examples.filter((values) => values.has(0)).length / batch;
    expect(Math.abs(dropped - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / batch));
    for (const owner of [tape, ones, graph]) owner.dispose();
  });

  it('is repeated by the same seed, step and node, and drawn anew where one differs', async () => {
    const mask = await maskOf(0.5);
    expect(await maskOf(0.5)).toEqual(mask);
    for (const other of [{ seed: 1 }, { step: 1 }, { name: 'other' }]) {
      const drawn = await maskOf(0.5, other);
      const agreeing = drawn.filter((v, i) => v === mask[i]).length / SIZE;
      // Half of independent coins agree.
      expect(Math.abs(agreeing - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / SIZE));
    }
  });
});
