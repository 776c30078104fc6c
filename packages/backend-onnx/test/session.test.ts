import { Builder, float32Tensor, GraphError } from '@convzoo/layers';
import { RuntimeError } from '@convzoo/runtime';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { blend } from '../../backend-tfjs/test/support/custom-ops.js';
import { OnnxError, toOnnx } from '../src/index.js';
import { ortBackend } from '../src/node.js';

const backend = await ortBackend({ threads: 1 });
const graph = buildModel('resnet20-cifar10');
const params = filledParameters(graph);
const input = filled([1, 32, 32, 3], 3);

describe('a session', () => {
  it('answers with any batch, one after the other and at once', async () => {
    await using session = await backend.prepare(graph, params, { taps: ['layer1'] });
    const single = await session.run(input);
    expect(single.output.shape).toEqual([1, 10]);
    expect(single.taps['layer1']!.shape).toEqual([1, 32, 32, 16]);
    const three = filled([3, 32, 32, 3], 3);
    const [a, b] = await Promise.all([session.run(three), session.run(input)]);
    expect(a.output.shape).toEqual([3, 10]);
    expect(b).toEqual(single);
    expect(a.output.data.slice(0, 10)).toEqual(expect.any(Float32Array));
  });

  it('gives results of their own, and leaves the input as it was', async () => {
    await using session = await backend.prepare(graph, params);
    const before = input.data.slice();
    const first = (await session.run(input)).output.data;
    const copy = first.slice();
    first.fill(7);
    expect((await session.run(input)).output.data).toEqual(copy);
    expect(input.data).toEqual(before);
  });

  it('keeps nothing of the parameters that it was given', async () => {
    const own = new Map([...params].map(([path, { shape, data }]) => [path, float32Tensor(shape, data.slice())]));
    await using session = await backend.prepare(graph, own);
    const { output } = await session.run(input);
    for (const { data } of own.values()) data.fill(0);
    expect((await session.run(input)).output).toEqual(output);
  });

  it('has one name for a result that is asked for twice, or is the input', async () => {
    const nn = new Builder('short');
    const x = nn.input([2, 2, 3]);
    const y = nn.activation(x, 'relu');
    const dropped = nn.dropout(y, { rate: 0.5, name: 'drop' });
    const short = { ...nn.graph(dropped), taps: { a: y.id, b: y.id, input: x.id, output: dropped.id } };
    await using session = await backend.prepare(short, new Map(), { taps: ['a', 'b', 'input', 'output'] });
    const given = filled([1, 2, 2, 3], 1);
    const { output, taps } = await session.run(given);
    expect(taps['input']!.data).toEqual(given.data);
    expect(output.data).toEqual(given.data.map((v) => Math.max(v, 0)));
    expect([taps['a'], taps['b'], taps['output']]).toEqual([output, output, output]);
  });

  it('refuses an input of another shape, and any after it was disposed', async () => {
    const session = await backend.prepare(graph, params);
    await expect(session.run(filled([1, 16, 16, 3], 1))).rejects.toMatchObject({ code: 'wrong-input-shape' });
    const running = session.run(input);
    // Begun, and not only waiting.
    await Promise.resolve();
    const disposed = session.dispose();
    await expect(running).resolves.toBeDefined();
    await disposed;
    await session.dispose();
    await expect(session.run(input)).rejects.toMatchObject({ code: 'session-disposed' });
  });

  it('says that it was not prepared to time layers by not having a profile', async () => {
    await using session = await backend.prepare(graph, params);
    expect(session.profile).toBeUndefined();
  });

  it('leaves memory as it was after many', { timeout: 120_000 }, async () => {
    const cycle = async (): Promise<void> => {
      await using session = await backend.prepare(graph, params);
      await session.run(input);
    };
    // It grows slowly over some 200, by what lies between blocks, and then no more.
    for (let i = 0; i < 40; i++) await cycle();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 100; i++) await cycle();
    // The weights are 1 MB, and a session has them and its maps; 100 that stayed would take more than 100.
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });
});

describe('what cannot be written', () => {
  const nn = new Builder('own');
  const x = nn.input([2, 2, 2]);
  const own = nn.graph(nn.custom(blend, [x, x], { name: 'mix', values: { rate: 0.5 }, params: [] }));

  it('is named by path and op', async () => {
    expect(() => toOnnx(own, new Map())).toThrow(OnnxError);
    expect(() => toOnnx(own, new Map())).toThrow(/^mix \(custom op test\/blend\) cannot be written as ONNX/);
    expect(backend.unsupported(own).map(({ path, op }) => [path, op])).toEqual([['mix', 'custom']]);
    await expect(backend.prepare(own, new Map())).rejects.toMatchObject({ code: 'unsupported-op' });
  });

  it('has parameters that are missing or of another shape, or no such tap', async () => {
    const [first] = params.keys();
    const missing = new Map([...params].filter(([path]) => path !== first));
    expect(() => toOnnx(graph, missing)).toThrow(RuntimeError);
    await expect(backend.prepare(graph, missing)).rejects.toMatchObject({ code: 'missing-parameter' });
    const other = new Map(params).set(first!, filled([1, 1, 1, 1], 1));
    await expect(backend.prepare(graph, other)).rejects.toMatchObject({ code: 'wrong-parameter-shape' });
    expect(() => toOnnx(graph, params, { taps: ['nowhere'] })).toThrow(GraphError);
  });

  it('is larger than protobuf holds', () => {
    const wide = new Builder('wide');
    // 2^29 weights are 2 GiB; an array that says so and holds nothing.
    const huge = wide.graph(wide.dense(wide.input([2 ** 15]), { name: 'fc', units: 2 ** 14, bias: false }));
    const data = new Proxy(new Float32Array(0), {
      get: (target, key) => (key === 'length' ? 2 ** 29 : Reflect.get(target, key, target)),
    });
    const params = new Map([['fc.weight', float32Tensor([2 ** 15, 2 ** 14], data)]]);
    expect(() => toOnnx(huge, params, { optimise: false })).toThrow(/2147483647/);
    try {
      toOnnx(huge, params, { optimise: false });
    } catch (error) {
      expect(error).toMatchObject({ code: 'model-too-large' });
    }
  });
});
