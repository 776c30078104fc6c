// Every variant of the kernels against the definitions in float64, in a memory where only what is theirs is to be seen. This file
// runs in Node (vitest.config.ts) and in Chromium (vitest.browser.config.ts): nothing in it may be for one of them only.
import { opNames } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraries } from '../../backend-tfjs/test/support/arbitrary.js';
import { error, filled, filledParameters, refOf } from '../../backend-tfjs/test/support/arrays.js';
import { type Case, cases, titleOf } from '../../backend-tfjs/test/support/cases.js';
import { referenceRun } from '../../backend-tfjs/test/support/reference/ops.js';
import { blockNames, convolutions, networkOf, networks } from './support/graphs.js';
import { runIsolated } from './support/isolated.js';
import { nameOf, variants } from './support/variants.js';

/** `CONVZOO_FULL` asks for ten times as many; a browser has no environment. */
const runs = (count: number): number => ((globalThis.process?.env['CONVZOO_FULL'] ?? '') === '' ? count : 10 * count);

/** Winograd's transforms lose a digit (docs/engine.md); a fault is far larger. */
const TOLERANCE = 5e-5;

/** Runs of one example differ in variant, threads and poison, and their results must be what the definitions say. */
function check({ graph, batch }: Case, seed: number, optimise = true): void {
  const params = filledParameters(graph, seed);
  const input = filled([batch, ...graph.nodes[0]!.shape], seed, [-3, 8]);
  const refs = new Map([...params].map(([path, tensor]) => [path, refOf(tensor)]));
  const expected = referenceRun(graph, refOf(input), refs)[graph.output]!.data;
  const arithmetic = variants[seed % variants.length]!;
  const one = runIsolated(graph, params, input, { arithmetic, optimise });
  expect(error(one, expected), nameOf(arithmetic)).toBeLessThan(TOLERANCE);
  const bits = bitsOf(one);
  // Maxima would not show NaN, so numbers are tried too. Parts of a step run the last first: none may need another.
  for (const threads of [1, 2, 3]) {
    const poison = threads === 2 ? Number.NaN : 3e38;
    const again = runIsolated(graph, params, input, { arithmetic, optimise, threads, poison });
    expect(bitsOf(again), `${threads} threads, ${nameOf(arithmetic)}`).toEqual(bits);
  }
  const plain = runIsolated(graph, params, input, { arithmetic, optimise, threads: 1 + (seed % 5), plain: true });
  expect(bitsOf(plain), `${1 + (seed % 5)} threads, not isolated`).toEqual(bits);
}

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer);
const shown = (arbitrary: fc.Arbitrary<Case>) =>
  arbitrary.map((example) => ({ example, toString: () => titleOf(example) }));
const random = (arbitrary: fc.Arbitrary<Case>, numRuns: number): void =>
  fc.assert(
    fc.property(shown(arbitrary), fc.nat(10_000), fc.boolean(), ({ example }, seed, optimise) =>
      check(example, seed, optimise),
    ),
    { numRuns: runs(numRuns) },
  );

describe('every op, isolated:', () => {
  for (const op of opNames.filter((name) => name !== 'custom')) {
    it(op, () => {
      cases[op].forEach((example, i) => {
        check(example, i);
      });
      random(arbitraries[op], /conv2d|Pool/.test(op) ? 40 : 15);
    });
  }
});

describe('larger convolutions:', () => {
  for (const [name, arbitrary] of Object.entries(convolutions)) {
    it(name, { timeout: 120_000 }, () => random(arbitrary, 25));
  }
});

describe('networks whose buffers are taken again:', () => {
  it.each(blockNames)('%s', (name) => {
    check({ graph: networkOf([name], [9, 7, 5]), batch: 1 }, 1);
    check({ graph: networkOf([name, name], [17, 14, 16]), batch: 2 }, 2);
  });

  it('of any blocks', { timeout: 120_000 }, () => random(networks, 15));
});

it('every variant computes the same networks', { timeout: 120_000 }, () => {
  const graphs = [
    networkOf(['residual', 'optionA', 'squeeze', 'dense'], [22, 19, 17]),
    networkOf(['shuffle', 'inverted', 'grouped', 'projected', 'pooled'], [23, 18, 12]),
  ];
  for (const graph of graphs) {
    const params = filledParameters(graph);
    const input = filled([3, ...graph.nodes[0]!.shape], 4);
    const refs = new Map([...params].map(([path, tensor]) => [path, refOf(tensor)]));
    const expected = referenceRun(graph, refOf(input), refs)[graph.output]!.data;
    for (const arithmetic of variants) {
      for (const threads of [1, 2]) {
        const found = runIsolated(graph, params, input, { arithmetic, threads });
        expect(error(found, expected), nameOf(arithmetic)).toBeLessThan(TOLERANCE);
      }
    }
  }
});
