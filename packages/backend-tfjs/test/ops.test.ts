import { opNames, opRules } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TfjsBackend } from '../src/index.js';
import { arbitraries } from './support/arbitrary.js';
import { error, filled, filledParameters, refOf } from './support/arrays.js';
import { backendsUnderTest } from './support/backends.js';
import { type Case, cases, opOf, titleOf } from './support/cases.js';
import { referenceRun } from './support/reference/ops.js';

/** Runs one op on the backend and by definition: the shape must be equal and the values equal within float32. */
async function check(backend: TfjsBackend, { graph, batch }: Case): Promise<void> {
  const params = filledParameters(graph);
  // Inputs reach past 6, so that relu6 has something to cut.
  const values = filled([batch, ...graph.nodes[0]!.shape], 17);
  const input = { ...values, data: values.data.map((v) => v * 8) };
  await using session = await backend.prepare(graph, params, { optimise: false });
  const { output } = await session.run(input);
  const refs = new Map([...params].map(([path, tensor]) => [path, refOf(tensor)]));
  const expected = referenceRun(graph, refOf(input), refs)[graph.output]!;
  expect(output.shape).toEqual(expected.shape);
  expect(error(output.data, expected.data)).toBeLessThan(1e-5);
}

describe('equals its definition:', () => {
  for (const { name, backend, reason } of backendsUnderTest) {
    describe(name, () => {
      if (backend === undefined) {
        it('every op', (context) => context.skip(reason));
        return;
      }
      for (const op of opNames) {
        describe(op, () => {
          it.each(cases[op].map((example) => [titleOf(example), example] as const))('%s', async (_, example) => {
            expect(opOf(example).op).toBe(op);
            await check(backend, example);
          });

          it(`at random: ${opRules[op].summary}`, async () => {
            await fc.assert(
              fc.asyncProperty(
                arbitraries[op].map((example) => ({ example, toString: () => `${op} ${titleOf(example)}` })),
                async ({ example }) => {
                  expect(opOf(example).op).toBe(op);
                  await check(backend, example);
                },
              ),
              { numRuns: /conv2d|Pool/.test(op) ? 300 : 30 },
            );
          });
        });
      }
    });
  }
});
