// A process of its own: whether it ends by itself, and what memory it holds.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const hooks = new URL('../../preprocessing/test/support/typescript-hooks.mjs', import.meta.url);
const folder = fileURLToPath(new URL('..', import.meta.url));

/** What a script prints; it fails where the process does not end in time. */
async function run(script: string, timeout = 60_000, flags: readonly string[] = []): Promise<string> {
  const prologue = `
    import { Builder, float32Tensor, paramsOf, sizeOf } from '@convzoo/layers';
    import { engineBackend } from '@convzoo/engine';
    const nn = new Builder('small');
    let x = nn.input([32, 32, 3]);
    x = nn.activation(nn.conv2d(x, { name: 'a', out: 16, kernel: 3 }), 'relu');
    x = nn.conv2d(x, { name: 'b', out: 16, kernel: 3 });
    const graph = nn.graph(nn.dense(nn.globalAvgPool(x), { name: 'fc', units: 5 }));
    const tensor = (shape) => float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(0.1));
    const params = new Map(paramsOf(graph).map(({ path, shape }) => [path, tensor(shape)]));
    const input = tensor([1, 32, 32, 3]);
  `;
  const args = [...flags, '--conditions=source', '--import', hooks.href, '--expose-gc', '--input-type=module', '-e'];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, prologue + script], {
    cwd: folder,
    timeout,
  });
  return stdout.trim();
}

/** V8 has no SIMD on x86 without SSE4.1; on other processors no flag takes it away. */
const WITHOUT_SIMD = ['--no-enable-sse4-1'];

describe('a processor without SIMD', () => {
  const compute = `
    const bits = [];
    for (const threads of [1, 2]) {
      const backend = await engineBackend({ threads });
      const session = await backend.prepare(graph, params);
      const { output } = await session.run(input);
      bits.push(backend.description, [...new Uint32Array(output.data.buffer)]);
    }
    console.log(JSON.stringify(bits));
  `;

  it.skipIf(process.arch !== 'x64')('computes the same bits (skipped but on x86)', { timeout: 60_000 }, async () => {
    const [usual, scalar] = await Promise.all([run(compute), run(compute, 60_000, WITHOUT_SIMD)]);
    const [oneWith, bits] = JSON.parse(usual) as [string, number[]];
    expect(oneWith).not.toContain('no SIMD');
    expect(bits).toHaveLength(5);
    const one = 'no SIMD (this runtime has none, so it is slow), 1 thread';
    const two = 'no SIMD (this runtime has none, so it is slow), 2 threads';
    expect(JSON.parse(scalar)).toEqual([expect.stringContaining(one), bits, expect.stringContaining(two), bits]);
  });
});

describe('a process', () => {
  it.each([1, 2])('ends by itself with idle threads: %i', { timeout: 60_000 }, async (threads) => {
    const output = await run(`
      const backend = await engineBackend({ threads: ${threads} });
      const session = await backend.prepare(graph, params);
      console.log((await session.run(input)).output.data.length);
    `);
    expect(output).toBe('5');
  });

  it('lives until its run is done, though nothing else holds it', { timeout: 60_000 }, async () => {
    const output = await run(`
      engineBackend({ threads: 2 })
        .then((backend) => backend.prepare(graph, params))
        .then((session) => Promise.all([session.run(input), session.run(input)]))
        .then((results) => console.log(results.length));
    `);
    expect(output).toBe('2');
  });

  it.each([1, 2])(
    'holds the same after 1,000 networks and 10,000 runs: %i thread(s)',
    { timeout: 240_000 },
    async (threads) => {
      const output = await run(
        `
        const backend = await engineBackend({ threads: ${threads} });
        const settle = async () => {
          for (let i = 0; i < 3; i++) {
            globalThis.gc();
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          return process.memoryUsage();
        };
        const cycles = async (count) => {
          for (let i = 0; i < count; i++) {
            const session = await backend.prepare(graph, params);
            await session.run(input);
            await session.dispose();
          }
        };
        await cycles(300);
        const before = await settle();
        await cycles(1000);
        const between = await settle();
        const session = await backend.prepare(graph, params);
        for (let i = 0; i < 10_000; i++) await session.run(input);
        console.log(JSON.stringify([before, between, await settle()]));
        `,
        240_000,
      );
      const [before, cycled, run10k] = JSON.parse(output) as Record<'rss' | 'heapUsed' | 'arrayBuffers', number>[];
      for (const after of [cycled!, run10k!]) {
        expect(after.heapUsed - before!.heapUsed).toBeLessThan(2e6);
        expect(after.arrayBuffers - before!.arrayBuffers).toBeLessThan(2e6);
        // Where every cycle kept a page of 64 KiB, it would be 64 MB.
        expect(after.rss - before!.rss).toBeLessThan(40e6);
      }
    },
  );
});
