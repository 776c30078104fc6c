import { optimiseForInference } from '@convzoo/layers';
import { measurePeaks } from '@convzoo/runtime';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { filled, filledParameters } from './support/arrays.js';
import { backendsUnderTest } from './support/backends.js';
import { everyOp } from './support/networks.js';

describe.each(backendsUnderTest)('profile on $name', ({ backend, reason }) => {
  it('times every node of the prepared network and leaves nothing behind', async (context) => {
    if (backend === undefined) return context.skip(reason);
    const graph = everyOp();
    await backend.activate();
    const before = tf.memory().numTensors;
    const session = await backend.prepare(graph, filledParameters(graph));
    const input = filled([2, ...(graph.nodes[0]?.shape ?? [])], 1);
    const held = tf.memory().numTensors;
    const times = await session.profile?.(input);
    expect(times?.map(({ path }) => path)).toEqual(optimiseForInference(graph).graph.nodes.map(({ path }) => path));
    for (const { seconds } of times ?? []) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(tf.memory().numTensors).toBe(held);
    await expect(session.profile?.({ ...input, shape: [1] })).rejects.toMatchObject({ code: 'wrong-input-shape' });
    await session.dispose();
    await expect(session.profile?.(input)).rejects.toMatchObject({ code: 'session-disposed' });
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('measures peaks that a machine can have', async (context) => {
  const wasm = backendsUnderTest.find(({ name }) => name === 'wasm')?.backend;
  if (wasm === undefined) return context.skip('there is no wasm backend');
  const { flopsPerSecond, bytesPerSecond } = await measurePeaks(wasm, { runs: 1 });
  expect(flopsPerSecond).toBeGreaterThan(1e8);
  expect(flopsPerSecond).toBeLessThan(1e13);
  expect(bytesPerSecond).toBeGreaterThan(1e7);
  expect(bytesPerSecond).toBeLessThan(1e13);
});
