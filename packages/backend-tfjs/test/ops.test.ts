import { opNames, opRules } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraries } from './support/arbitrary.js';
import { backendsUnderTest } from './support/backends.js';
import { cases, opOf, titleOf } from './support/cases.js';
import { checkForward } from './support/forward.js';

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
            await checkForward(backend, example);
          });

          it(`at random: ${opRules[op].summary}`, async () => {
            await fc.assert(
              fc.asyncProperty(
                arbitraries[op].map((example) => ({ example, toString: () => `${op} ${titleOf(example)}` })),
                async ({ example }) => {
                  expect(opOf(example).op).toBe(op);
                  await checkForward(backend, example);
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
