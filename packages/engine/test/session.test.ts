// How sessions live. This file runs in Node (vitest.config.ts) and in Chromium (vitest.browser.config.ts): nothing in it may be for
// one of them only.
import { Builder, float32Tensor, type Graph, sizeOf, tapOf } from '@convzoo/layers';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { error, filled, filledParameters, refOf } from '../../backend-tfjs/test/support/arrays.js';
import { referenceRun } from '../../backend-tfjs/test/support/reference/ops.js';
import { type EngineBackend, engineBackend } from '../src/index.js';
import { networkOf } from './support/graphs.js';

const graph = networkOf(['residual', 'optionA', 'squeeze', 'shuffle', 'dense'], [13, 11, 8]);
const params = filledParameters(graph);
const input = filled([2, 13, 11, 3], 5);
const expected = referenceRun(graph, refOf(input), new Map([...params].map(([path, value]) => [path, refOf(value)])));
const everyPath = graph.nodes.map(({ path }) => path);

const backends: readonly EngineBackend[] = await Promise.all([1, 2].map((threads) => engineBackend({ threads })));
afterAll(() => Promise.all(backends.map((backend) => backend.dispose())));

const { Memory } = WebAssembly;
/** The constructor of memories, of which `before` and `after` are told. */
const watched = (
  before: (descriptor: WebAssembly.MemoryDescriptor) => void,
  after: (memory: WebAssembly.Memory) => void = () => undefined,
) =>
  new Proxy(Memory, {
    construct(_, [descriptor]) {
      before(descriptor);
      const memory = new Memory(descriptor);
      after(memory);
      return memory;
    },
  });

/** Every memory that is made, and its bytes, while `work` runs. */
async function memoriesOf(work: () => Promise<void>): Promise<readonly WebAssembly.Memory[]> {
  const made: WebAssembly.Memory[] = [];
  const noted = watched(
    () => undefined,
    (memory) => made.push(memory),
  );
  const spy = vi.spyOn(WebAssembly, 'Memory').mockImplementation(noted);
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return made;
}

describe.each(backends.map((backend) => [backend.threads, backend] as const))('%i thread(s)', (_, backend) => {
  it('gives every node as a tap, folded and fused or not', async () => {
    for (const optimise of [true, false]) {
      await using session = await backend.prepare(graph, params, { taps: everyPath, optimise });
      for (let i = 0; i < 2; i++) {
        const { taps } = await session.run(input);
        expect(Object.keys(taps)).toEqual(everyPath);
        for (const [id, path] of everyPath.entries()) {
          expect(taps[path]!.shape, path).toEqual(expected[id]!.shape);
          expect(error(taps[path]!.data, expected[id]!.data), path).toBeLessThan(5e-5);
        }
      }
    }
  });

  it('gives one tap as it would be without', async () => {
    for (const path of everyPath) {
      await using session = await backend.prepare(graph, params, { taps: [path] });
      const { taps, output } = await session.run(input);
      expect(error(taps[path]!.data, expected[tapOf(graph, path).id]!.data), path).toBeLessThan(5e-5);
      expect(error(output.data, expected[graph.output]!.data), path).toBeLessThan(5e-5);
    }
  });

  it('gives several taps of one node an array each, and none that later runs change', async () => {
    await using session = await backend.prepare(graph, params, { taps: ['fc', tapOf(graph, 'fc').path] });
    const { output, taps } = await session.run(input);
    const before = output.data.slice();
    await session.run(filled([2, 13, 11, 3], 6));
    expect(output.data).toEqual(before);
    expect(taps['fc']!.data).toEqual(before);
    expect(taps['fc']!.data.buffer).not.toBe(output.data.buffer);
  });

  it('runs a network that is its input', async () => {
    const nn = new Builder('identity');
    const identity: Graph = nn.graph(nn.input([2, 3, 1]));
    await using session = await backend.prepare(identity, new Map(), { taps: ['input'] });
    const given = filled([2, 2, 3, 1], 1);
    const { output, taps } = await session.run(given);
    expect(output.data).toEqual(given.data);
    output.data.fill(7);
    taps['input']!.data.fill(8);
    expect(given).toEqual(filled([2, 2, 3, 1], 1));
  });

  it('takes any batch, in any order, with the same bits for each example', async () => {
    await using session = await backend.prepare(graph, params);
    const nine = filled([9, 13, 11, 3], 9);
    const each = sizeOf([13, 11, 3]);
    const alone: Float32Array[] = [];
    for (let i = 0; i < 9; i++) {
      const one = float32Tensor([1, 13, 11, 3], nine.data.slice(i * each, (i + 1) * each));
      alone.push((await session.run(one)).output.data);
    }
    for (const batch of [9, 1, 3, 2, 9, 4]) {
      const { output } = await session.run(float32Tensor([batch, 13, 11, 3], nine.data.slice(0, batch * each)));
      expect(output.shape).toEqual([batch, 5]);
      // Blocks of rows differ with the batch, sums do not.
      expect(
        error(
          output.data,
          alone.slice(0, batch).flatMap((data) => [...data]),
        ),
      ).toBe(0);
    }
  });

  it('runs two sessions in turn, and calls that do not wait', async () => {
    const other = networkOf(['grouped', 'pooled'], [13, 11, 12]);
    await using a = await backend.prepare(graph, params);
    await using b = await backend.prepare(other, filledParameters(other));
    const [x, y] = [input, filled([1, 13, 11, 3], 8)];
    const alone = [await a.run(x), await a.run(y), await b.run(x), await b.run(y)].map(({ output }) => output.data);
    for (let i = 0; i < 5; i++) {
      const together = await Promise.all([a.run(x), b.run(x), a.run(y), b.run(y), a.run(x)]);
      const found = together.map(({ output }) => output.data);
      expect(found).toEqual([alone[0], alone[2], alone[1], alone[3], alone[0]]);
    }
  });

  it('gives each picture of a batch its own answer, whatever the others hold', async () => {
    // Halves of 14x14x128, Winograd of several kinds, depthwise, a stem, and dense layers of a batch.
    const nn = new Builder('all ways');
    const stem = nn.conv2d(nn.input([56, 56, 3]), { name: 'stem', out: 32, kernel: 7, stride: 2, padding: 'same' });
    const strided = nn.conv2d(stem, { name: 'strided', out: 128, kernel: 3, stride: 2, padding: 'same' });
    const late = nn.activation(nn.conv2d(strided, { name: 'late', out: 128, kernel: 3, padding: 'same' }), 'relu');
    const halves = nn.conv2d(late, { name: 'halves', out: 128, kernel: 1 });
    const depthwise = nn.conv2d(halves, {
      name: 'depthwise',
      out: 128,
      groups: 128,
      kernel: 3,
      stride: 2,
      padding: 'same',
    });
    const ways = nn.graph(
      nn.dense(nn.globalAvgPool(nn.conv2d(depthwise, { name: 'four', out: 24, kernel: 3 })), { name: 'd', units: 5 }),
    );
    await using session = await backend.prepare(ways, filledParameters(ways));
    const pictures = filled([3, 56, 56, 3], 4);
    const calm = (await session.run(pictures)).output.data;
    const size = pictures.data.length / 3;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 3e38]) {
      const wild = pictures.data.slice();
      wild.fill(value, size, 2 * size);
      const found = (await session.run(float32Tensor([3, 56, 56, 3], wild))).output.data;
      expect(found.subarray(5, 10).some(Number.isFinite)).toBe(false);
      for (const others of [
        [0, 5],
        [10, 15],
      ] as const)
        expect(found.slice(...others)).toEqual(calm.slice(...others));
    }
    expect((await session.run(pictures)).output.data).toEqual(calm);
  });

  it('keeps nothing of the weights that were given', async () => {
    const values = filledParameters(graph);
    await using session = await backend.prepare(graph, values);
    for (const { data } of values.values()) data.fill(Number.NaN);
    expect(error((await session.run(input)).output.data, expected[graph.output]!.data)).toBeLessThan(5e-5);
  });

  it('refuses an input of another shape, and goes on', async () => {
    await using session = await backend.prepare(graph, params);
    for (const shape of [
      [1, 9, 9, 3],
      [13, 11, 3],
      [0, 13, 11, 3],
      [1, 3, 13, 11],
    ]) {
      const wrong = float32Tensor(shape, new Float32Array(sizeOf(shape)));
      await expect(session.run(wrong)).rejects.toMatchObject({ code: 'wrong-input-shape' });
    }
    expect((await session.run(input)).output.shape).toEqual([2, 5]);
  });

  it('refuses to run after dispose, also what waited', async () => {
    const session = await backend.prepare(graph, params);
    const waiting = session.run(input);
    await Promise.all([session.dispose(), session.dispose()]);
    await session.dispose();
    const disposed = { code: 'session-disposed', message: expect.stringContaining(`${graph.name} was disposed`) };
    await expect(waiting).rejects.toMatchObject(disposed);
    await expect(session.run(input)).rejects.toMatchObject(disposed);
    await expect(session.profile!(input)).rejects.toMatchObject(disposed);
  });

  it('is disposed when every call of dispose says so', async () => {
    const session = await backend.prepare(graph, params);
    const run = session.run(input);
    await Promise.resolve();
    const first = session.dispose();
    await session.dispose();
    const memories = await memoriesOf(async () => (await backend.prepare(graph, params)).dispose());
    expect(memories).toHaveLength(0);
    // That one would be seen.
    await using other = await engineBackend({ threads: backend.threads });
    expect(await memoriesOf(async () => (await other.prepare(graph, params)).dispose())).toHaveLength(1);
    await Promise.all([first, run]);
  });

  it('gives no memory to two sessions', async () => {
    const first = await backend.prepare(graph, params);
    await Promise.all([first.dispose(), first.dispose()]);
    await using a = await backend.prepare(graph, params);
    await using b = await backend.prepare(graph, filledParameters(graph, 2));
    const before = (await a.run(input)).output.data;
    await b.run(input);
    expect((await a.run(input)).output.data).toEqual(before);
  });

  it('profiles every node of the prepared network', async () => {
    await using session = await backend.prepare(graph, params);
    const times = await session.profile!(input);
    expect(times.length).toBeGreaterThan(10);
    for (const { path, seconds } of times) expect(seconds, path).toBeGreaterThanOrEqual(0);
    expect(new Set(times.map(({ path }) => path)).size).toBe(times.length);
    expect(times.map(({ path }) => path)).toContain('fc');
  });

  it('makes no memory for one network after another', { timeout: 120_000 }, async () => {
    const cycle = async (): Promise<void> => {
      await using session = await backend.prepare(graph, params);
      await session.run(input);
    };
    await cycle();
    await cycle();
    const memories = await memoriesOf(async () => {
      for (let i = 0; i < 200; i++) await cycle();
    });
    expect(memories).toHaveLength(0);
  });

  it('runs 1,000 times in the same memory', { timeout: 120_000 }, async () => {
    const nn = new Builder('tiny');
    const tiny = nn.graph(
      nn.dense(nn.flatten(nn.conv2d(nn.input([5, 5, 3]), { name: 'c', out: 4, kernel: 3 })), { name: 'd', units: 3 }),
    );
    const x = filled([1, 5, 5, 3], 1);
    const grown = vi.spyOn(WebAssembly.Memory.prototype, 'grow');
    await using session = await backend.prepare(tiny, filledParameters(tiny));
    const { output } = await session.run(x);
    grown.mockClear();
    for (let i = 0; i < 1000; i++) await session.run(x);
    expect((await session.run(x)).output.data).toEqual(output.data);
    expect(grown).not.toHaveBeenCalled();
    grown.mockRestore();
  });

  it('says when memory is refused, and leaves the session as it was', async () => {
    await using session = await backend.prepare(graph, params);
    const { output } = await session.run(input);
    const refusal = vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
      throw new RangeError('no more');
    });
    const many = filled([400, 13, 11, 3], 1);
    await expect(session.run(many)).rejects.toMatchObject({ code: 'out-of-memory' });
    refusal.mockRestore();
    expect((await session.run(input)).output.data).toEqual(output.data);
    expect((await session.run(many)).output.shape).toEqual([400, 5]);
  });

  it('says which op it lacks', async () => {
    const nn = new Builder('foreign');
    const foreign = {
      ...nn.graph(nn.input([2])),
      nodes: [{ ...nn.graph(nn.input([2])).nodes[0]!, op: 'custom', path: 'mine' }],
    };
    expect(backend.unsupported(foreign as unknown as Graph)).toMatchObject([{ path: 'mine', op: 'custom' }]);
    await expect(backend.prepare(foreign as unknown as Graph, new Map())).rejects.toMatchObject({
      code: 'unsupported-op',
      message: expect.stringContaining('mine'),
    });
  });
});

describe('the engine', () => {
  // What tfjs answers on cpu and on TensorFlow; its wasm backend differs from both (relu6 makes 0 of NaN).
  const [none, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
  const odd = [none, inf, -inf, -200, 200, none, -1, 1];
  it.each([
    ['relu', [none, inf, 0, 0, 200, none, 0, 1]],
    ['relu6', [none, 6, 0, 0, 6, none, 0, 1]],
    ['hardSigmoid', [none, 1, 0, 0, 1, none, 1 / 3, 2 / 3]],
    ['tanh', [none, 1, -1, -1, 1, none, -0.7615941559557649, 0.7615941559557649]],
    ['sigmoid', [none, 1, 0, 0, 1, none, 0.2689414213699951, 0.7310585786300049]],
    ['maxPool', [inf, 1]],
    ['avgPool', [none, none]],
  ] as const)('does with NaN and infinities as tfjs: %s', async (op, wanted) => {
    const nn = new Builder('odd');
    const x = nn.input([2, 4, 1]);
    const pooled =
      op === 'maxPool' ? nn.maxPool(x, { size: 2, stride: 2 }) : nn.avgPool(x, { size: [2, 2], stride: 2 });
    const y = op === 'maxPool' || op === 'avgPool' ? pooled : nn.activation(x, op);
    await using session = await backends[0]!.prepare(nn.graph(y), new Map());
    const values = op === 'avgPool' ? [none, inf, inf, -inf, 1, 2, 3, 4] : odd;
    const { output } = await session.run(float32Tensor([1, 2, 4, 1], Float32Array.from(values)));
    const rounded = (values: Iterable<number>) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6 + 0);
    expect(rounded(output.data)).toEqual(rounded(wanted));
  });

  it.each([0, -1, 1.5, Number.NaN, 65, 1e9])('refuses %d threads', async (threads) => {
    await expect(engineBackend({ threads })).rejects.toMatchObject({ code: 'bad-threads' });
  });

  it('prepares nothing after dispose', async () => {
    for (const threads of [1, 2]) {
      const backend = await engineBackend({ threads });
      await backend.dispose();
      await backend.dispose();
      await expect(backend.prepare(graph, params)).rejects.toMatchObject({ code: 'backend-disposed' });
    }
  });

  it('shares less memory where 4 GiB of addresses are refused, as on some phones', async () => {
    await using backend = await engineBackend({ threads: 2 });
    const asked: number[] = [];
    const refuse = (descriptor: WebAssembly.MemoryDescriptor): void => {
      asked.push(descriptor.maximum ?? 0);
      if ((descriptor.maximum ?? 0) > 5000) throw new RangeError('Out of memory');
    };
    const small = vi.spyOn(WebAssembly, 'Memory').mockImplementation(watched(refuse));
    await using session = await backend.prepare(graph, params);
    small.mockRestore();
    expect(asked).toEqual([65_535, 32_768, 16_384, 8192, 4096]);
    expect((await session.run(input)).output.shape).toEqual([2, 5]);
  });

  it('says when a new memory is refused', async () => {
    await using backend = await engineBackend();
    class Refused {
      constructor() {
        throw new RangeError('could not allocate memory');
      }
    }
    const refused = vi.spyOn(WebAssembly, 'Memory').mockImplementation(Refused as never);
    await expect(backend.prepare(graph, params)).rejects.toMatchObject({ code: 'out-of-memory' });
    refused.mockRestore();
    await using session = await backend.prepare(graph, params);
    expect((await session.run(input)).output.shape).toEqual([2, 5]);
  });
});
