import { opNames } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, it, vi } from 'vitest';
import { arbitraries } from './support/arbitrary.js';
import { backendsUnderTest } from './support/backends.js';
import { cases, titleOf } from './support/cases.js';
import { checkForward } from './support/forward.js';
import { gradientSuites } from './support/gradient-suites.js';

// TensorFlow's own kernels know less than oneDNN's: they take over on other processors and where a user turns oneDNN off.
// TensorFlow reads the switch when it is loaded, so before the first import.
vi.hoisted(() => {
  process.env['TF_ENABLE_ONEDNN_OPTS'] = '0';
});

describe('TensorFlow without oneDNN equals the definition:', () => {
  const { backend, reason } = backendsUnderTest.find(({ name }) => name === 'tensorflow')!;
  if (backend === undefined) {
    it('every kernel', (context) => context.skip(reason));
    return;
  }

  const forward = (op: (typeof opNames)[number]) => cases[op].map((example) => [titleOf(example), example] as const);
  for (const op of opNames) {
    it.each(forward(op))(`${op} %s`, (_, example) => checkForward(backend, example));
  }
  it('conv2d at random', async () => {
    const titled = arbitraries.conv2d.map((example) => ({ example, toString: () => titleOf(example) }));
    await fc.assert(
      fc.asyncProperty(titled, ({ example }) => checkForward(backend, example)),
      { numRuns: 200 },
    );
  });

  for (const { title, check, cases: examples, arbitrary } of new Set(Object.values(gradientSuites))) {
    it.each(examples.map((example) => [titleOf(example), example] as const))(`${title} %s`, (_, example) =>
      check(backend, example),
    );
    it(`${title} at random`, async () => {
      const titled = arbitrary.map((example) => ({ example, toString: () => titleOf(example) }));
      await fc.assert(fc.asyncProperty(titled, ({ example }) => check(backend, example)));
    });
  }
});
