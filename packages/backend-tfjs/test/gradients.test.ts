import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { backendsUnderTest } from './support/backends.js';
import { titleOf } from './support/cases.js';
import { gradientSuites } from './support/gradient-suites.js';

describe('equals the gradient of the definition:', () => {
  for (const { name, backend, reason } of backendsUnderTest) {
    describe(name, () => {
      if (backend === undefined) {
        it('every kernel', (context) => context.skip(reason));
        return;
      }
      for (const { title, check, cases: examples, arbitrary } of new Set(Object.values(gradientSuites))) {
        describe(title, () => {
          it.each(examples.map((example) => [titleOf(example), example] as const))('%s', async (_, example) => {
            await check(backend, example);
          });

          it('at random', async () => {
            await fc.assert(
              fc.asyncProperty(
                arbitrary.map((example) => ({ example, toString: () => titleOf(example) })),
                ({ example }) => check(backend, example),
              ),
              { numRuns: title.includes('conv2d') || title.includes('Pool') ? 200 : 40 },
            );
          });
        });
      }
    });
  }
});
