import { float32Tensor, type Graph, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { engineBackend } from '../src/index.js';
import { MAXIMUM_PAGES } from '../src/kernels/memory-limit.js';
import { ThreadPool } from '../src/threads/pool.js';
import { ModuleWriter } from '../src/wasm/module.js';
import { add, mul } from '../src/wasm/values.js';

function values(graph: Graph, batch: number) {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
  const fill = (shape: readonly number[], scale: number, shift = 0) =>
    float32Tensor(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => shift + scale * next()),
    );
  const params: Parameters = new Map(
    paramsOf(graph).map(({ path, shape, role }) => {
      const fan = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
      return [
        path,
        role === 'kernel'
          ? fill(shape, Math.sqrt(6 / fan))
          : fill(shape, 0.1, role === 'variance' || role === 'scale' ? 1 : 0),
      ];
    }),
  );
  return { params, input: fill([batch, ...graph.nodes[0]!.shape], 1) };
}

// Threads that have to wait for a processor wait at every step: beside other work all takes many times as long.
describe('threads', { timeout: 180_000 }, () => {
  it.each([
    ['mobilenet_v2', 64, 1],
    ['resnet18', 97, 1],
    ['shufflenet_v2_x0_5', 64, 3],
    ['densenet121', 64, 2],
    ['mobilenet_v3_small', 96, 1],
  ] as const)('two and three give the bits of one: %s at %i, batch %i', async (name, size, batch) => {
    const graph = buildModel(name, { input: size });
    const { params, input } = values(graph, batch);
    const bits: Uint32Array[] = [];
    for (const threads of [1, 2, 3]) {
      await using backend = await engineBackend({ threads });
      await using session = await backend.prepare(graph, params);
      const { output } = await session.run(input);
      expect(output.data.every(Number.isFinite)).toBe(true);
      bits.push(new Uint32Array(output.data.buffer));
      // And again, from memory that was used.
      expect((await session.run(input)).output.data).toEqual(output.data);
    }
    expect(bits[1]).toEqual(bits[0]);
    expect(bits[2]).toEqual(bits[0]);
  });

  it('are told what to run while they run, sleep, wake or read messages', async () => {
    const [first, second] = ['mobilenet_v3_small', 'shufflenet_v2_x0_5'].map((name) => {
      const graph = buildModel(name, { input: 32 });
      return { graph, ...values(graph, 2) };
    }) as [ReturnType<typeof values> & { graph: Graph }, ReturnType<typeof values> & { graph: Graph }];
    await using backend = await engineBackend({ threads: 2 });
    const open = ({ graph, params }: typeof first) => backend.prepare(graph, params);
    const answers = new Map<string, Float32Array>();
    let sessions = [await open(first), await open(second)];
    let seed = 1;
    for (let i = 0; i < 150; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const which = (seed >>> 9) & 1;
      const batch = 1 + ((seed >>> 11) & 1);
      const network = which === 0 ? first : second;
      const { input } = network;
      const some = float32Tensor(
        [batch, ...input.shape.slice(1)],
        input.data.slice(0, (input.data.length * batch) / 2),
      );
      // Two at once, a new session, or a pause: none, as long as a thread spins, or until it has gone back to its messages.
      const runs = [sessions[which]!.run(some), ...((seed >>> 12) & 1 ? [sessions[which]!.run(some)] : [])];
      if (((seed >>> 14) & 31) === 0) {
        const old = sessions[1 - which]!;
        const next = await open(which === 0 ? second : first);
        sessions = which === 0 ? [sessions[0]!, next] : [next, sessions[1]!];
        await old.dispose();
      }
      for (const { output } of await Promise.all(runs)) {
        const known = answers.get(`${which} ${batch}`) ?? output.data;
        answers.set(`${which} ${batch}`, known);
        expect(output.data).toEqual(known);
      }
      const pause = [0, 0, 0, 1, 5][(seed >>> 19) % 5]!;
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, i % 50 === 0 ? 150 : pause));
    }
    expect(answers.size).toBe(4);
  });

  // V8 does not tell a worker of a growth that happens while it receives the memory: of 300 memories some 25 are met by one.
  it('know a memory that grew while they received it', async () => {
    const writer = new ModuleWriter({ vectors: false });
    writer.function('zero', (fn) => {
      const [address, part] = fn.params(3);
      fn.zero(add(address!, mul(part!, 4)), 4);
    });
    const module = await WebAssembly.compile(writer.encode({ shared: true, maximumPages: MAXIMUM_PAGES }));
    const pool = await ThreadPool.start(2);
    try {
      for (let i = 0; i < 300; i++) {
        const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
        const session = pool.open(module, memory);
        for (let until = performance.now() + (i % 60) / 1000; performance.now() < until; );
        memory.grow(10);
        const last = new Int32Array(memory.buffer, memory.buffer.byteLength - 8, 2).fill(7);
        pool.plan(session, [{ kernel: 'zero', path: 'zero', args: [last.byteOffset] }]);
        await pool.run(session, false);
        expect(last).toEqual(new Int32Array(2));
        pool.close(session);
      }
    } finally {
      await pool.stop();
    }
  });
});
