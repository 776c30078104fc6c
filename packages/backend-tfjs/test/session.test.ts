import {
  Builder,
  type CustomOp,
  float32Tensor,
  type Graph,
  type Parameters,
  paramsOf,
  sizeOf,
  tapOf,
} from '@convzoo/layers';
import { difference } from '@convzoo/runtime';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type Kernels, TfjsBackend } from '../src/index.js';
import { error, filled, filledParameters, refOf } from './support/arrays.js';
import { backendsUnderTest } from './support/backends.js';
import { blend } from './support/custom-ops.js';
import { everyOp } from './support/networks.js';
import { referenceRun } from './support/reference/ops.js';

const graph = everyOp();
const params = filledParameters(graph);
const input = filled([2, 9, 9, 3], 5);
const expected = referenceRun(graph, refOf(input), new Map([...params].map(([path, value]) => [path, refOf(value)])));
const everyPath = graph.nodes.map(({ path }) => path);

const tensors = () => tf.memory().numTensors;
const single = (build: (nn: Builder) => ReturnType<Builder['input']>): Graph => {
  const nn = new Builder('small');
  return nn.graph(build(nn));
};
const none: Parameters = new Map();

function suite(backend: TfjsBackend): void {
  it('computes what the definitions say, whether folded and fused or not', async () => {
    const reference = expected[graph.output]!.data;
    for (const optimise of [true, false]) {
      await using session = await backend.prepare(graph, params, { optimise });
      const { output } = await session.run(input);
      expect(error(output.data, reference)).toBeLessThan(1e-5);
    }
  });

  it('changes results by less than 1e-5 of their spread by folding and fusing', async () => {
    const run = async (optimise: boolean) => {
      await using session = await backend.prepare(graph, params, { optimise });
      return (await session.run(input)).output.data;
    };
    expect(difference(await run(true), await run(false)).relative).toBeLessThan(1e-5);
  });

  it('returns every node as a tap', async () => {
    for (const optimise of [true, false]) {
      await using session = await backend.prepare(graph, params, { taps: everyPath, optimise });
      const { taps } = await session.run(input);
      expect(Object.keys(taps)).toEqual(everyPath);
      for (const [i, path] of everyPath.entries()) {
        expect(taps[path]!.shape, path).toEqual(expected[i]!.shape);
        expect(error(taps[path]!.data, expected[i]!.data), path).toBeLessThan(1e-5);
      }
    }
  });

  it('returns one tap of an optimised network as it would be without', async () => {
    for (const path of everyPath) {
      await using session = await backend.prepare(graph, params, { taps: [path] });
      const { taps, output } = await session.run(input);
      expect(Object.keys(taps)).toEqual([path]);
      expect(error(taps[path]!.data, expected[tapOf(graph, path).id]!.data), path).toBeLessThan(1e-5);
      expect(error(output.data, expected[graph.output]!.data), path).toBeLessThan(1e-5);
    }
  });

  it('gives several taps of one node, and a tap of the output, an array each', async () => {
    const names = ['block', tapOf(graph, 'block').path, 'fc'];
    await using session = await backend.prepare(graph, params, { taps: names });
    const { output, taps } = await session.run(input);
    expect(Object.keys(taps)).toEqual(names);
    expect(taps[names[0]!]!.data).toEqual(taps[names[1]!]!.data);
    expect(taps['fc']!.data).toEqual(output.data);
    const buffers = [output, ...Object.values(taps)].map(({ data }) => data.buffer);
    expect(new Set(buffers).size).toBe(4);
  });

  it('runs a network whose output is its input, and does not hand out the array it was given', async () => {
    for (const identity of [single((nn) => nn.input([2, 3, 1])), single((nn) => nn.flatten(nn.input([2, 3, 1])))]) {
      await using session = await backend.prepare(identity, none, { taps: ['input'] });
      const given = filled([2, 2, 3, 1], 1);
      const { output, taps } = await session.run(given);
      expect(output.shape.slice(1)).toEqual(identity.nodes[identity.output]!.shape);
      expect(output.data).toEqual(given.data);
      output.data.fill(7);
      taps['input']!.data.fill(8);
      expect(given).toEqual(filled([2, 2, 3, 1], 1));
      expect(output.data[0]).toBe(7);
    }
  });

  it('takes any batch size', async () => {
    await using session = await backend.prepare(graph, params);
    const { output } = await session.run(input);
    const half = input.data.length / 2;
    for (const [i, data] of [input.data.subarray(0, half), input.data.subarray(half)].entries()) {
      const one = await session.run(float32Tensor([1, 9, 9, 3], data));
      expect(one.output.shape).toEqual([1, 5]);
      expect(error(one.output.data, output.data.subarray(5 * i, 5 * i + 5))).toBeLessThan(1e-5);
    }
  });

  it('holds the same tensors and bytes after 100 runs, and none after dispose', async () => {
    await backend.activate();
    const before = tf.memory();
    const session = await backend.prepare(graph, params, { taps: ['block', 'fc'] });
    await session.run(input);
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    expect(numTensors).toBeGreaterThan(before.numTensors);
    for (let i = 0; i < 100; i++) await session.run(input);
    await backend.activate();
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers, numBytes });
    await session.dispose();
    const after = tf.memory();
    expect(after.numTensors).toBe(before.numTensors);
    expect(after.numDataBuffers).toBe(before.numDataBuffers);
    expect(after.numBytes).toBe(before.numBytes);
  });

  it('has read the weights when it is prepared', async () => {
    const small = single((nn) => nn.dense(nn.input([3]), { name: 'fc', units: 2 }));
    const weights = filledParameters(small);
    const x = filled([1, 3], 2);
    await using untouched = await backend.prepare(small, filledParameters(small));
    await using session = await backend.prepare(small, weights, { optimise: false });
    for (const { data } of weights.values()) data.fill(Number.NaN);
    expect((await session.run(x)).output.data).toEqual((await untouched.run(x)).output.data);
  });

  it('keeps one copy of weights that several nodes share', async () => {
    const nn = new Builder('shared');
    const first = nn.dense(nn.input([4]), { name: 'a', units: 4 });
    const shared = nn.graph(
      nn.node('dense', {
        path: 'b',
        attributes: { activation: 'linear' },
        inputs: [first],
        params: [
          { path: 'a.weight', role: 'kernel', shape: [4, 4] },
          { path: 'a.bias', role: 'bias', shape: [4] },
        ],
      }),
    );
    const values = filledParameters(shared);
    await backend.activate();
    const before = tensors();
    await using session = await backend.prepare(shared, values);
    expect(tensors() - before).toBe(2);
    const x = filled([1, 4], 3);
    const refs = new Map([...values].map(([path, value]) => [path, refOf(value)]));
    const reference = referenceRun(shared, refOf(x), refs)[shared.output]!;
    expect(error((await session.run(x)).output.data, reference.data)).toBeLessThan(1e-5);
  });

  it('refuses an input of another shape, and goes on', async () => {
    await using session = await backend.prepare(graph, params);
    for (const shape of [
      [1, 9, 9, 4],
      [9, 9, 3],
      [0, 9, 9, 3],
      [1, 3, 9, 9],
    ]) {
      const wrong = float32Tensor(shape, new Float32Array(sizeOf(shape)));
      await expect(session.run(wrong)).rejects.toMatchObject({ code: 'wrong-input-shape' });
    }
    expect((await session.run(input)).output.shape).toEqual([2, 5]);
  });

  it('says so when it was disposed, also while a run waited', async () => {
    const session = await backend.prepare(graph, params);
    const waiting = session.run(input);
    await session.dispose();
    await session.dispose();
    const disposed = { code: 'session-disposed', message: expect.stringContaining('every-op was disposed') };
    await expect(waiting).rejects.toMatchObject(disposed);
    await expect(session.run(input)).rejects.toMatchObject(disposed);
  });

  it('frees what it holds at the end of `await using`', async () => {
    await backend.activate();
    const before = tensors();
    {
      await using session = await backend.prepare(graph, params);
      expect(tensors()).toBeGreaterThan(before);
      await session.run(input);
    }
    expect(tensors()).toBe(before);
  });

  it('leaves nothing on the backend where a network cannot be prepared', async () => {
    await backend.activate();
    const before = tensors();
    const [last = ''] = [...params.keys()].slice(-1);
    const lacking = new Map(params);
    lacking.delete(last);
    await expect(backend.prepare(graph, lacking)).rejects.toMatchObject({ code: 'missing-parameter' });
    const wrong = new Map(params).set(last, float32Tensor([1], new Float32Array(1)));
    await expect(backend.prepare(graph, wrong)).rejects.toMatchObject({ code: 'wrong-parameter-shape' });
    await expect(backend.prepare(graph, params, { taps: ['nowhere'] })).rejects.toMatchObject({ code: 'no-such-tap' });
    expect(tensors()).toBe(before);
  });

  it('leaves nothing on the backend where an upload fails in the middle', async () => {
    await backend.activate();
    const before = tensors();
    let uploads = 0;
    const kernels: Kernels = {
      ...backend.kernels,
      upload(values) {
        if (++uploads > 3) throw new Error('out of memory');
        return backend.kernels.upload(values);
      },
    };
    const narrow = new TfjsBackend({ name: backend.name, description: 'with little memory', kernels });
    await expect(narrow.prepare(graph, params)).rejects.toThrow('out of memory');
    expect(uploads).toBe(4);
    expect(tensors()).toBe(before);
  });

  it('leaves nothing on the backend where an op throws in the middle of a run', async () => {
    let broken = true;
    const moody: CustomOp = {
      ...blend,
      compute([x, y]) {
        if (broken) throw new Error('moody');
        return float32Tensor(
          x!.shape,
          x!.data.map((v, i) => v + y!.data[i]!),
        );
      },
    };
    const nn = new Builder('moody');
    const x = nn.activation(nn.input([2, 2, 3]), 'relu');
    const odd = nn.graph(nn.globalAvgPool(nn.custom(moody, [x, nn.activation(x, 'relu6')])));
    await using session = await backend.prepare(odd, none);
    const before = tensors();
    const given = filled([1, 2, 2, 3], 1);
    await expect(session.run(given)).rejects.toThrow('moody');
    expect(tensors()).toBe(before);
    broken = false;
    expect((await session.run(given)).output.shape).toEqual([1, 3]);
    expect(tensors()).toBe(before);
  });

  it('does not lose its tensors to a `tf.tidy` around the calls', async () => {
    // `tidy` disposes what is made inside; the promises only come out of it.
    const inTidy = <T>(start: () => Promise<T>): Promise<T> => {
      const started: Promise<T>[] = [];
      tf.tidy(() => {
        started.push(start());
      });
      return started[0]!;
    };
    await using session = await inTidy(() => backend.prepare(graph, params));
    const { output } = await inTidy(() => session.run(input));
    expect(error(output.data, expected[graph.output]!.data)).toBeLessThan(1e-5);
  });

  it('ignores parameters that the network does not have', async () => {
    const more = new Map(params).set('other.weight', filled([3], 1));
    await using session = await backend.prepare(graph, more);
    expect((await session.run(input)).output.shape).toEqual([2, 5]);
  });

  it('names its backend and the network as it was given', async () => {
    await using session = await backend.prepare(graph, params);
    expect(session.backend).toBe(backend.name);
    expect(session.graph).toBe(graph);
    expect(paramsOf(session.graph)).toEqual(paramsOf(graph));
  });
}

describe('a session on', () => {
  for (const { name, backend, reason } of backendsUnderTest) {
    describe(name, () => {
      if (backend === undefined) it('every test', (context) => context.skip(reason));
      else suite(backend);
    });
  }
});
