// Every variant of the kernels against the definitions in float64, in a memory where only what is theirs is to be seen. This file
// runs in Node (vitest.config.ts) and in Chromium (vitest.browser.config.ts): nothing in it may be for one of them only.
import { Builder, opNames } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraries } from '../../backend-tfjs/test/support/arbitrary.js';
import { error, filled, filledParameters, refOf } from '../../backend-tfjs/test/support/arrays.js';
import { type Case, cases, titleOf } from '../../backend-tfjs/test/support/cases.js';
import { referenceRun } from '../../backend-tfjs/test/support/reference/ops.js';
import type { Method } from '../src/plan/method.js';
import type { Step } from '../src/plan/step.js';
import { blockNames, convolutions, convolutionsOf, inPieces, networkOf, networks } from './support/graphs.js';
import { type IsolatedOptions, runIsolated } from './support/isolated.js';
import { nameOf, otherWay, tiles, usual, variants } from './support/variants.js';

/** `CONVZOO_FULL` asks for ten times as many; a browser has no environment. */
const runs = (count: number): number => ((globalThis.process?.env['CONVZOO_FULL'] ?? '') === '' ? count : 10 * count);

/**
 * Of the outputs' RMS, as for the golden records. Winograd's transforms lose a digit (docs/engine.md), and hardSwish leaves small
 * outputs of large sums: the largest error seen is 6.5e-5. A fault is far larger.
 */
const TOLERANCE = 1e-4;

/** Runs of one example differ in variant, threads and poison, and their results must be what the definitions say. */
function check({ graph, batch }: Case, seed: number, optimise = true, method?: Method): void {
  const params = filledParameters(graph, seed);
  const input = filled([batch, ...graph.nodes[0]!.shape], seed, [-3, 8]);
  const refs = new Map([...params].map(([path, tensor]) => [path, refOf(tensor)]));
  const expected = referenceRun(graph, refOf(input), refs)[graph.output]!.data;
  const arithmetic = variants[seed % variants.length]!;
  const one = runIsolated(graph, params, input, { arithmetic, optimise, method });
  expect(error(one, expected), nameOf(arithmetic)).toBeLessThan(TOLERANCE);
  const bits = bitsOf(one);
  // Maxima would not show NaN, so numbers are tried too. Parts of a step run the last first: none may need another.
  for (const threads of [1, 2, 3]) {
    const poison = threads === 2 ? 'NaN' : 'huge';
    const again = runIsolated(graph, params, input, { arithmetic, optimise, method, threads, poison });
    expect(bitsOf(again), `${threads} threads, ${nameOf(arithmetic)}`).toEqual(bits);
  }
  const plain = runIsolated(graph, params, input, {
    ...{ arithmetic, optimise, method, plain: true },
    threads: 1 + (seed % 5),
  });
  expect(bitsOf(plain), `${1 + (seed % 5)} threads, not isolated`).toEqual(bits);
  if (batch > 1) {
    // Some nodes for a part of the batch at a time, those behind them for all at once.
    const front = batch / Math.min(...[2, 3, 5, 7, 11].filter((divisor) => batch % divisor === 0));
    const portions: IsolatedOptions['portions'] = ({ compiled }, examples) => ({
      batch: examples,
      front,
      rest: 1 + (seed % compiled.length),
    });
    for (const threads of [1, 2]) {
      const parts = runIsolated(graph, params, input, { arithmetic, optimise, method, threads, portions });
      expect(bitsOf(parts), `portions of ${front}, ${threads} threads`).toEqual(bits);
    }
  }
  // With vectors or without, whatever the tile.
  const other = otherWay(arithmetic, seed);
  if (other === undefined) return;
  const otherwise = runIsolated(graph, params, input, { arithmetic: other, optimise, method, plain: true });
  expect(bitsOf(otherwise), `${nameOf(other)} and ${nameOf(arithmetic)}`).toEqual(bits);
}

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer);
const shown = (arbitrary: fc.Arbitrary<Case>) =>
  arbitrary.map((example) => ({ example, toString: () => titleOf(example) }));
const random = (arbitrary: fc.Arbitrary<Case>, numRuns: number, method?: Method): void =>
  fc.assert(
    fc.property(shown(arbitrary), fc.nat(10_000), fc.boolean(), ({ example }, seed, optimise) =>
      check(example, seed, optimise, method),
    ),
    { numRuns: runs(numRuns) },
  );

it('has the variants of this runtime: Chromium has relaxed SIMD', () => {
  const each = tiles.length;
  if ('document' in globalThis) expect(variants).toHaveLength(3 * each);
  else expect([2 * each, 3 * each]).toContain(variants.length);
});

/** One argument of every step of a kernel changed by so much. */
const spoiled = (kernel: string, argument: number, by: number) => (step: Step) =>
  step.kernel === kernel ? { ...step, args: step.args.map((arg, i) => (i === argument ? arg + by : arg)) } : step;

describe('the isolation finds', () => {
  const graph = networkOf(['inverted', 'pooled', 'shuffle'], [15, 13, 16]);
  const params = filledParameters(graph);
  const input = filled([2, 15, 13, 3], 1);
  const arithmetic = variants[0]!;
  const right = runIsolated(graph, params, input, { arithmetic });
  it.each([
    ['a row more than there is', 'product', 8, 1],
    ['a vector more than there is', 'hardSwish', 2, 1],
    ['an output a pixel too far', 'copyChannels', 2, 64],
    ['an output a pixel too early', 'depthwise3', 5, -64],
    ['an image more than there is', 'maxPool', 5, 1],
  ])('writing %s', (_, kernel, argument, by) => {
    const spoil = spoiled(kernel, argument, by);
    expect(() => runIsolated(graph, params, input, { arithmetic, spoil })).toThrow('which is not its own');
  });

  it.each([
    ['before its input', 'product', 0, -64],
    ['behind its input', 'copyChannels', 0, 4096],
    ['rows that are not there', 'depthwise3', 1, 1],
    ['columns that are not there', 'averagePool', 3, 16],
    ['what lies beside its table', 'tableProduct', 0, 4],
  ])('reading %s', (_, kernel, argument, by) => {
    const spoil = spoiled(kernel, argument, by);
    let found: Float32Array | undefined;
    try {
      found = runIsolated(graph, params, input, { arithmetic, spoil });
    } catch {
      // A trap tells as well.
    }
    expect(found).not.toEqual(right);
  });
});

describe('the isolation of weights finds', () => {
  const graph = networkOf(['inverted', 'residual', 'grouped', 'normed', 'shuffle'], [15, 13, 16]);
  const params = filledParameters(graph);
  const input = filled([2, 15, 13, 3], 1);

  it.each([
    ['reading weights of the node before', 'product', 3, -8192],
    ['reading weights of the node behind', 'product', 3, 64],
    ['reading a bias of the node before', 'product', 6, -64],
    ['reading taps of the node before', 'depthwise3', 4, -256],
    ['reading taps of the node behind', 'depthwise5', 4, 4096],
    ['reading planes of the node before', 'winograd4', 5, -8192],
    ['reading planes of the node behind', 'winograd4', 5, 4096],
    ['reading panels of the node before', 'tableProduct', 2, -192],
    ['reading a scale of the node behind', 'layerNorm', 2, 256],
  ])('%s', (_, kernel, argument, by) => {
    const spoil = spoiled(kernel, argument, by);
    for (const arithmetic of [variants[0]!, variants.at(-1)!]) {
      const right = runIsolated(graph, params, input, { arithmetic });
      expect(right.every(Number.isFinite)).toBe(true);
      // As a session runs it, they are numbers like others: that it reads them must not be left to their values.
      let found: Float32Array | undefined;
      try {
        found = runIsolated(graph, params, input, { arithmetic, spoil });
      } catch (error) {
        // Addresses that are poison lie outside the memory.
        expect(String(error)).toContain('out of bounds');
        continue;
      }
      expect(found.every(Number.isFinite), nameOf(arithmetic)).toBe(false);
    }
  });

  it('writing to weights', () => {
    const arithmetic = variants[0]!;
    /** The last layer, of two rows, writes where its weights begin, or beside that. */
    const beside = (by: number) => (step: Step) =>
      step.path === 'fc' ? { ...step, args: step.args.with(4, Math.min(step.args[3]!, step.args[6]!) + by) } : step;
    const run = (by: number, plain = false) =>
      runIsolated(graph, params, input, { arithmetic, spoil: beside(by), plain });
    expect(() => run(0)).toThrow('fc changed its weights');
    expect(() => run(-64)).toThrow('weights were changed');
    expect(() => run(-64, true)).toThrow('weights were changed');
  });
});

describe('every op, isolated:', () => {
  for (const op of opNames.filter((name) => name !== 'custom')) {
    it(op, { timeout: 120_000 }, () => {
      cases[op].forEach((example, i) => {
        check(example, i);
      });
      random(arbitraries[op], /conv2d|Pool/.test(op) ? 40 : 15);
    });
  }
});

describe('every variant gives the same bits:', () => {
  /** Multiply-add rounds otherwise; one sum is one sequence of additions in all others, whatever the tile. */
  function compare({ graph, batch }: Case, seed: number, tried = variants): void {
    const params = filledParameters(graph, seed);
    const input = filled([batch, ...graph.nodes[0]!.shape], seed, [-3, 8]);
    const bits = new Map<boolean, Uint32Array>();
    tried.forEach((arithmetic, i) => {
      const found = bitsOf(runIsolated(graph, params, input, { arithmetic, threads: 1 + (i % 3), plain: true }));
      const roundsOnce = arithmetic.instructions === 'relaxed-simd';
      const same = bits.get(roundsOnce) ?? found;
      bits.set(roundsOnce, same);
      expect(found, `${titleOf({ graph, batch })}, ${nameOf(arithmetic)}`).toEqual(same);
    });
  }

  it.each(opNames.filter((name) => name !== 'custom'))('%s', { timeout: 120_000 }, (op) => {
    // Only products have tiles.
    const tried = op === 'conv2d' || op === 'dense' ? variants : usual;
    cases[op].forEach((example, i) => {
      compare(example, i, tried);
    });
  });

  it.each(Object.entries(convolutions))('%s', { timeout: 120_000 }, (_, arbitrary) => {
    fc.assert(
      fc.property(shown(arbitrary), fc.nat(10_000), ({ example }, seed) => compare(example, seed)),
      { numRuns: runs(3) },
    );
  });
});

describe('larger convolutions:', () => {
  for (const [name, arbitrary] of Object.entries(convolutions)) {
    it(name, { timeout: 120_000 }, () => random(arbitrary, name === 'pointwise' ? 15 : 25));
  }
});

describe('methods for certain sizes, at any size:', () => {
  const named = Object.entries(convolutionsOf) as [Method, fc.Arbitrary<Case>][];
  it.each(named)('%s', { timeout: 120_000 }, (method, arbitrary) => random(arbitrary, 15, method));
});

describe('convolutions that are cut into pieces:', () => {
  const named = Object.entries(inPieces) as [Method, Case][];
  it.each(named)('%s', { timeout: 120_000 }, (method, example) => check(example, 3, true, method));
});

describe('networks whose buffers are taken again:', () => {
  it.each(blockNames)('%s', { timeout: 120_000 }, (name) => {
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
    const bits = new Map<boolean, Uint32Array>();
    for (const arithmetic of variants) {
      for (const threads of [1, 2]) {
        const found = runIsolated(graph, params, input, { arithmetic, threads });
        expect(error(found, expected), nameOf(arithmetic)).toBeLessThan(TOLERANCE);
        // One sum is one sequence of additions, whatever the tile: only multiply-add rounds otherwise.
        const roundsOnce = arithmetic.instructions === 'relaxed-simd';
        const same = bits.get(roundsOnce) ?? bitsOf(found);
        bits.set(roundsOnce, same);
        expect(bitsOf(found), nameOf(arithmetic)).toEqual(same);
      }
    }
  }
});

it('cuts a batch into portions before, within and behind a concatenation whose parts are computed in place', () => {
  const nn = new Builder('parts');
  const x = nn.conv2d(nn.input([11, 9, 3]), { name: 'stem', out: 16, kernel: 3, padding: 'same' });
  const parts = [1, 3].map((kernel) => nn.conv2d(x, { name: `part${kernel}`, out: 16, kernel, padding: 'same' }));
  const all = nn.maxPool(nn.concat(parts), { size: 2 });
  const graph = nn.graph(nn.dense(nn.globalAvgPool(all), { name: 'fc', units: 5 }));
  const params = filledParameters(graph);
  const input = filled([4, 11, 9, 3], 1);
  for (const arithmetic of usual) {
    const whole = runIsolated(graph, params, input, { arithmetic });
    let nodes = 1;
    for (let rest = 1; rest <= nodes; rest++) {
      for (const front of [1, 2]) {
        const portions: IsolatedOptions['portions'] = ({ compiled }, batch) => {
          nodes = compiled.length;
          return { batch, front, rest };
        };
        const found = runIsolated(graph, params, input, { arithmetic, portions });
        expect(bitsOf(found), `${front} before node ${rest} of ${nodes}`).toEqual(bitsOf(whole));
      }
    }
  }
});
