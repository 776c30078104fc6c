// Runs in Node and in Chromium.
import { difference } from '@convzoo/runtime';
import { buildModel } from '@convzoo/zoo';
import { expect, it } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { engineBackend } from '../../engine/src/index.js';
import { ortWebBackend } from '../src/web.js';

it.each(['mobilenet_v2@0.35,64', 'convnext_tiny@64'])('%s: as the engine', { timeout: 60_000 }, async (spec) => {
  const graph = buildModel(spec);
  const params = filledParameters(graph);
  const input = filled([2, 64, 64, 3], 3);
  const [found, expected] = await Promise.all(
    [ortWebBackend(), engineBackend()].map(async (loading) => {
      await using session = await (await loading).prepare(graph, params);
      return (await session.run(input)).output;
    }),
  );
  expect(found!.shape).toEqual(expected!.shape);
  expect(difference(found!.data, expected!.data).relative).toBeLessThan(1e-4);
});

it('has threads where the page is isolated, and says why not elsewhere', async () => {
  const threads = ortWebBackend({ threads: 2 });
  if (globalThis.crossOriginIsolated) expect((await threads).description).toMatch(/2 threads$/);
  else await expect(threads).rejects.toThrow(/the page is not cross-origin isolated/);
});
