import { type Backend, compareBackends, standardDeviation } from '@convzoo/runtime';
import { buildModel, models } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { ortBackend } from '../../backend-onnx/src/node.js';
import { engineBackend } from '../../engine/src/index.js';
import { filled, filledParameters } from './support/arrays.js';
import { backendsUnderTest } from './support/backends.js';
import { others, smallest } from './support/families.js';

const ort = await ortBackend().catch((error: Error) => error);
const backends: readonly Backend[] = [
  ...backendsUnderTest.flatMap(({ backend }) => (backend === undefined ? [] : [backend])),
  await engineBackend(),
  ...(ort instanceof Error ? [] : [ort]),
];
const names = backends.map(({ name }) => name).join(', ');

describe(`agree within 1e-4 of the spread (${names}):`, () => {
  for (const { backend, reason } of backendsUnderTest) {
    if (backend === undefined) it('with the native backend', (context) => context.skip(reason));
  }
  if (ort instanceof Error) it('with onnxruntime', (context) => context.skip(`no onnxruntime: ${ort.message}`));

  it('every family of the zoo is here', () => {
    const families = new Set(Object.values(models).map(({ family }) => family));
    expect(Object.keys(smallest).sort()).toEqual([...families].sort());
  });

  it.each([...Object.values(smallest), ...others])('%s', { timeout: 120_000 }, async (spec) => {
    const graph = buildModel(spec);
    const params = filledParameters(graph);
    const input = filled([1, ...graph.nodes[0]!.shape], 3);
    const found = await compareBackends(graph, params, input, backends);
    expect(found.map(({ backend }) => backend)).toEqual(backends.slice(1).map(({ name }) => name));
    for (const { backend, relative } of found) expect(relative, backend).toBeLessThan(1e-4);
    // A network that gives the same for everything would agree with itself.
    await using session = await backends.at(-1)!.prepare(graph, params);
    expect(standardDeviation((await session.run(input)).output.data)).toBeGreaterThan(1e-3);
  });
});
