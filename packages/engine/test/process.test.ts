// A process of its own: whether it ends by itself, and what memory it holds.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const hooks = new URL('../../preprocessing/test/support/typescript-hooks.mjs', import.meta.url);
const folder = fileURLToPath(new URL('..', import.meta.url));

/** What a script prints; it fails where the process does not end in time. */
async function run(script: string, timeout = 60_000): Promise<string> {
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
  const args = ['--conditions=source', '--import', hooks.href, '--expose-gc', '--input-type=module', '-e'];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, prologue + script], {
    cwd: folder,
    timeout,
  });
  return stdout.trim();
}

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
