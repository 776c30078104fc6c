import { float32Tensor, opNames, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraries } from '../../backend-tfjs/test/support/arbitrary.js';
import { type Case, cases, titleOf } from '../../backend-tfjs/test/support/cases.js';
import { referenceRun } from '../../backend-tfjs/test/support/reference/ops.js';
import { engineBackend } from '../src/index.js';

const backend = await engineBackend();

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

async function check({ graph, batch }: Case, seed = 1): Promise<void> {
  const next = random(seed);
  const fill = (shape: readonly number[], f: (v: number) => number = (v) => v) =>
    float32Tensor(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => f(next())),
    );
  const params: Parameters = new Map(
    paramsOf(graph).map(({ path, shape, role }) => [
      path,
      fill(shape, role === 'variance' ? (v) => 1 + 0.5 * v : (v) => v),
    ]),
  );
  const input = fill([batch, ...graph.nodes[0]!.shape], (v) => 2 * v);
  const ref = (t: { shape: readonly number[]; data: Float32Array }) => ({
    shape: t.shape,
    data: Float64Array.from(t.data),
  });
  const results = referenceRun(graph, ref(input) as never, new Map([...params].map(([k, t]) => [k, ref(t)])) as never);
  const expected = results[graph.output]!.data;
  for (const optimise of [true, false]) {
    await using session = await backend.prepare(graph, params, { optimise });
    const { output } = await session.run(input);
    expect(output.data.length).toBe(expected.length);
    const spread = Math.max(1, ...Array.from(expected, Math.abs));
    let worst = 0;
    output.data.forEach((v, i) => {
      const d = Math.abs(v - expected[i]!);
      worst = Math.max(worst, Number.isNaN(d) ? 1e9 : d);
    });
    expect(worst / spread).toBeLessThan(5e-5);
  }
}

describe.each(opNames.filter((op) => op !== 'custom'))('%s', (op) => {
  for (const example of cases[op]) it(titleOf(example), () => check(example));
  it('random', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraries[op], fc.nat(1000), (c, seed) => check(c, seed)),
      { numRuns: 60 },
    );
  });
});
