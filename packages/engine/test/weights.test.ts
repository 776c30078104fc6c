// What becomes of the caller's weights, and of packed ones in a cache. This file runs in Node (vitest.config.ts) and in Chromium
// (vitest.browser.config.ts): nothing in it may be for one of them only.
import {
  Builder,
  derivedTensor,
  type Float32Tensor,
  float32Tensor,
  type Graph,
  type Parameters,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { opfsCache } from '../src/browser.js';
import { type EngineBackend, type EngineOptions, engineBackend, type WeightsCache } from '../src/index.js';
import { networkOf } from './support/graphs.js';

const graph = networkOf(['residual', 'inverted', 'grouped', 'dense'], [13, 11, 16]);
const given = filledParameters(graph);
const input = filled([2, 13, 11, 3], 5);
const backend = await engineBackend();
const answer = await answerOf(backend, graph, copied());
afterAll(() => backend.dispose());

/** Arrays of its own, which may be emptied. */
function copied(): Parameters {
  return new Map([...given].map(([path, { shape, data }]) => [path, float32Tensor(shape, data.slice())]));
}

async function answerOf(
  engine: EngineBackend,
  network: Graph,
  params: Parameters,
  options: { readonly consume?: boolean; readonly fingerprint?: string } = {},
): Promise<Float32Array> {
  await using session = await engine.prepare(network, params, options);
  return (await session.run(input)).output.data;
}

/** Kernels that are read when they are asked for; `reads` counts how often. */
function lazily(reads: Map<string, number>): Parameters {
  return new Map(
    [...given].map(([path, tensor]) => {
      if (tensor.shape.length < 2) return [path, tensor];
      const read = (): Float32Array => {
        reads.set(path, (reads.get(path) ?? 0) + 1);
        return tensor.data.slice();
      };
      return [path, derivedTensor(tensor.shape, { kind: 'float32', read })];
    }),
  );
}

/** Kernels that are packed, and not put into place one by one. */
const packed = (graph: Graph): readonly string[] =>
  graph.nodes.flatMap((node) =>
    (node.op === 'conv2d' && node.attributes.groups === 1) || node.op === 'dense' ? [node.params[0]!.path] : [],
  );

describe('kernels with a factor for each channel', () => {
  /** Factors that no float32 has, so that a product rounded twice is another one. */
  const scaled = (): Parameters =>
    new Map(
      [...given].map(([path, tensor]) => {
        if (tensor.shape.length < 2) return [path, tensor];
        const factors = Float64Array.from({ length: tensor.shape.at(-1)! }, (_, c) => 1 / (3 + c));
        return [path, derivedTensor(tensor.shape, { kind: 'scaled', values: tensor, factors })];
      }),
    );
  const evaluated = (): Parameters =>
    new Map([...scaled()].map(([path, { shape, data }]) => [path, float32Tensor(shape, data.slice())]));

  it.each(['scalar', 'simd'] as const)('are packed with the bits of their products (%s)', async (instructions) => {
    await using engine = await engineBackend({ arithmetic: { instructions, rows: 2, vectors: 1, unroll: 1 } });
    expect(await answerOf(engine, graph, scaled())).toEqual(await answerOf(engine, graph, evaluated()));
  });
});

describe('parameters that are given away', () => {
  it('are emptied once they are packed, and give the same answer', async () => {
    const params = copied();
    expect(await answerOf(backend, graph, params, { consume: true })).toEqual(answer);
    for (const path of packed(graph)) expect(params.get(path)!.data, path).toHaveLength(0);
  });

  it('are left alone where they are not', async () => {
    const params = copied();
    expect(await answerOf(backend, graph, params)).toEqual(answer);
    for (const [path, { data }] of params) expect(data, path).toEqual(given.get(path)!.data);
  });

  it('are left alone where they are a part of something larger', async () => {
    const whole = new Float32Array([...given.values()].reduce((sum, { data }) => sum + data.length, 0));
    let offset = 0;
    const params: Parameters = new Map(
      [...given].map(([path, { shape, data }]) => {
        whole.set(data, offset);
        offset += data.length;
        return [path, float32Tensor(shape, whole.subarray(offset - data.length, offset))];
      }),
    );
    expect(await answerOf(backend, graph, params, { consume: true })).toEqual(answer);
    for (const [path, { data }] of params) expect(data, path).toEqual(given.get(path)!.data);
  });

  it('may serve two nodes, or two paths', async () => {
    const shared = copied() as Map<string, Float32Tensor>;
    const twins = [...packed(graph)].filter((path) => {
      const { shape } = given.get(path)!;
      return packed(graph).some((other) => other !== path && given.get(other)!.shape.join() === shape.join());
    });
    expect(twins.length).toBeGreaterThan(1);
    const twinOf = (path: string) =>
      twins.find((other) => given.get(other)!.shape.join() === given.get(path)!.shape.join())!;
    for (const path of twins) shared.set(path, shared.get(twinOf(path))!);
    const expected = await answerOf(backend, graph, new Map(shared));
    const clones = new Map([...shared].map(([path, { shape, data }]) => [path, float32Tensor(shape, data.slice())]));
    for (const path of twins) clones.set(path, clones.get(twinOf(path))!);
    expect(await answerOf(backend, graph, clones, { consume: true })).toEqual(expected);
    // Two tensors over one array are two paths as well.
    const apart = new Map([...shared].map(([path, { shape, data }]) => [path, float32Tensor(shape, data)]));
    expect(await answerOf(backend, graph, apart, { consume: true })).toEqual(expected);
    for (const path of packed(graph)) expect(apart.get(path)!.data, path).toHaveLength(0);
  });
});

describe('parameters that are read when they are asked for', () => {
  it('are read once each, and give the same answer', async () => {
    const reads = new Map<string, number>();
    const params = lazily(reads);
    expect(await answerOf(backend, graph, params)).toEqual(answer);
    for (const path of packed(graph)) expect(reads.get(path), path).toBe(1);
  });

  it('are refused where they are of another size', async () => {
    const params = new Map(lazily(new Map()));
    const [path = ''] = packed(graph);
    const { shape } = params.get(path)!;
    params.set(path, derivedTensor(shape, { kind: 'float32', read: () => new Float32Array(3) }));
    await expect(backend.prepare(graph, params)).rejects.toMatchObject({ code: 'wrong-size' });
    expect(await answerOf(backend, graph, copied())).toEqual(answer);
  });
});

/** A cache in memory. */
class Shelf implements WeightsCache {
  readonly entries = new Map<string, Uint8Array>();
  reads = 0;

  async read(key: string, parts: readonly Uint8Array[]): Promise<boolean> {
    this.reads++;
    const entry = this.entries.get(key);
    if (entry?.length !== parts.reduce((sum, { length }) => sum + length, 0)) return false;
    let offset = 0;
    for (const part of parts) {
      part.set(entry.subarray(offset, offset + part.length));
      offset += part.length;
    }
    return true;
  }

  async write(key: string, parts: readonly Uint8Array[]): Promise<void> {
    const entry = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const part of parts) {
      entry.set(part, offset);
      offset += part.length;
    }
    this.entries.set(key, entry);
  }
}

/** One load with a cache: the answer, and how many kernels were read. */
async function load(
  cache: WeightsCache,
  { fingerprint = 'a', network = graph, ...options }: EngineOptions & { fingerprint?: string; network?: Graph } = {},
): Promise<{ readonly output: Float32Array; readonly reads: number }> {
  const reads = new Map<string, number>();
  await using engine = await engineBackend({ cache, leastCached: 1, ...options });
  const output = await answerOf(engine, network, lazily(reads), { fingerprint, consume: true });
  return { output, reads: packed(network).filter((path) => reads.has(path)).length };
}

describe('packed kernels in a cache', () => {
  const all = packed(graph).length;

  it('are read instead of the parameters, with one thread or two', async () => {
    for (const threads of [1, 2]) {
      const shelf = new Shelf();
      expect(await load(shelf, { threads })).toEqual({ output: answer, reads: all });
      expect(shelf.entries.size).toBe(1);
      expect(await load(shelf, { threads })).toEqual({ output: answer, reads: 0 });
      expect(shelf.entries.size).toBe(1);
    }
  });

  it('are packed again where an entry is damaged anywhere, too short or too long', async () => {
    const shelf = new Shelf();
    await load(shelf);
    const [[key, entry] = ['', new Uint8Array()]] = shelf.entries;
    const places = [0, 4, 8, 16, 47, 48, entry.length >> 1, entry.length - 1];
    const damaged = places.map((place) => {
      const copy = entry.slice();
      copy[place]! ^= 1;
      return copy;
    });
    const moved = entry.slice();
    moved.set(entry.subarray(96, 128), 128);
    moved.set(entry.subarray(128, 160), 96);
    for (const bad of [...damaged, moved, entry.subarray(1), new Uint8Array([...entry, 0]), new Uint8Array()]) {
      shelf.entries.set(key, bad);
      expect(await load(shelf)).toEqual({ output: answer, reads: all });
      expect(shelf.entries.get(key)).toEqual(entry);
    }
  });

  it('are those of the values, the network, and the form', async () => {
    const shelf = new Shelf();
    await load(shelf);
    expect((await load(shelf, { fingerprint: 'b' })).reads).toBe(all);
    expect((await load(shelf, { winogradBudget: 0 })).reads).toBe(all);
    expect((await load(shelf, { network: { ...graph, name: 'other' } })).reads).toBe(all);
    expect(shelf.entries.size).toBe(4);
  });

  it('are not looked for where they are few, or have no fingerprint', async () => {
    const shelf = new Shelf();
    await load(shelf, { leastCached: 1e9 });
    await using engine = await engineBackend({ cache: shelf, leastCached: 1 });
    expect(await answerOf(engine, graph, copied())).toEqual(answer);
    expect(shelf.reads).toBe(0);
    expect(shelf.entries.size).toBe(0);
  });

  it('are of no use to an engine that was disposed while they were read', async () => {
    for (const threads of [1, 2]) {
      const engine = await engineBackend({
        threads,
        leastCached: 1,
        cache: { read: async () => engine.dispose().then(() => false), write: async () => undefined },
      });
      const preparing = engine.prepare(graph, copied(), { fingerprint: 'a' });
      await expect(preparing).rejects.toMatchObject({ code: 'backend-disposed' });
    }
  });

  it('are done without where the cache fails', async () => {
    const broken: WeightsCache = {
      read: async () => {
        throw new Error('no disk');
      },
      write: async () => {
        throw new Error('no disk');
      },
    };
    expect(await load(broken)).toEqual({ output: answer, reads: all });
  });

  it('are not kept where halves had to be widened', async () => {
    const nn = new Builder('dense');
    const dense = nn.graph(nn.dense(nn.input([2001]), { name: 'fc', units: 4000, bias: false }));
    const [{ path, shape } = { path: '', shape: [] }] = paramsOf(dense);
    const halves = new Uint16Array(sizeOf(shape)).fill(0x4400);
    const shelf = new Shelf();
    await using engine = await engineBackend({ cache: shelf, leastCached: 1 });
    const tensor = derivedTensor(shape, { kind: 'float16', read: () => halves.slice() });
    for (let i = 0; i < 2; i++) {
      await using session = await engine.prepare(dense, new Map([[path, tensor]]), { fingerprint: 'a' });
      const { output } = await session.run(float32Tensor([1, 2001], new Float32Array(2001).fill(1)));
      expect(output.data).toEqual(new Float32Array(4000).fill(8004));
    }
    expect(shelf.entries.size).toBe(0);
  });
});

describe("the origin's private file system", () => {
  beforeEach((context) => {
    if (!('document' in globalThis)) context.skip('pages alone have one: the browser step runs it');
  });
  const folder = `test-${Math.random()}`;
  const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

  it('keeps entries, and forgets those that were used longest ago', async () => {
    const cache = opfsCache({ folder, limit: 250 });
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
    await cache.write('a', [bytes(40, 1), bytes(60, 2)]);
    await pause();
    await cache.write('b', [bytes(100, 3)]);
    await pause();
    const parts = [bytes(50, 0), bytes(50, 0)];
    expect(await cache.read('a', parts)).toBe(true);
    expect(parts).toEqual([new Uint8Array([...bytes(40, 1), ...bytes(10, 2)]), bytes(50, 2)]);
    await pause();
    await cache.write('c', [bytes(100, 4)]);
    expect(await cache.read('b', [bytes(100, 0)])).toBe(false);
    expect(await cache.read('a', [bytes(100, 0)])).toBe(true);
    expect(await cache.read('c', [bytes(100, 0)])).toBe(true);
    expect(await cache.read('c', [bytes(99, 0)])).toBe(false);
    await cache.write('large', [bytes(251, 0)]);
    expect(await cache.read('large', [bytes(251, 0)])).toBe(false);
  });

  it('is read where there is no room to note that it was', async () => {
    const cache = opfsCache({ folder: `${folder}-full` });
    await cache.write('a', [bytes(10, 1)]);
    const full = vi.spyOn(FileSystemFileHandle.prototype, 'createWritable');
    full.mockRejectedValue(new DOMException('no room', 'QuotaExceededError'));
    const parts = [bytes(10, 0)];
    expect(await cache.read('a', parts)).toBe(true);
    expect(parts).toEqual([bytes(10, 1)]);
    full.mockRestore();
  });

  it('serves an engine with shared memory', async () => {
    const cache = opfsCache({ folder: `${folder}-engine` });
    expect((await load(cache, { threads: 2 })).reads).toBe(packed(graph).length);
    expect(await load(cache, { threads: 2 })).toEqual({ output: answer, reads: 0 });
  });
});
