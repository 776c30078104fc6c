// float16 weights: every value, and whole networks, bit for bit as if they had been widened first. This file runs in Node
// (vitest.config.ts) and in Chromium (vitest.browser.config.ts): nothing in it may be for one of them only.
import {
  Builder,
  derivedTensor,
  float32Tensor,
  type Graph,
  type Parameters,
  paramsOf,
  sizeOf,
  widenFloat16,
} from '@convzoo/layers';
import { prepareNetwork } from '@convzoo/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filled } from '../../backend-tfjs/test/support/arrays.js';
import { engineBackend } from '../src/index.js';
import { compile } from '../src/plan/compile.js';
import { layOut } from '../src/plan/lay-out.js';
import { EngineMemory } from '../src/plan/memory.js';
import { wholly } from '../src/plan/portions.js';
import { blockNames, networkOf } from './support/graphs.js';
import { runIsolated } from './support/isolated.js';
import { nameOf, variants } from './support/variants.js';

const every = Uint16Array.from({ length: 65_536 }, (_, i) => i);
/** All dense layers, however small. */
const leastHalf = 1;
/** Magnitudes below 2: the highest bit of the exponent is not set. */
const small = every.filter((half) => (half & 0x4000) === 0);

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

const denseGraph = (inputs: number, units: number, bias = true): Graph => {
  const nn = new Builder('dense');
  return nn.graph(nn.dense(nn.input([inputs]), { name: 'fc', units, bias }));
};

/** Halves and the same numbers widened. */
function bothWays(graph: Graph, halves: (shape: readonly number[], i: number) => Uint16Array) {
  const made = paramsOf(graph).map(({ path, shape }, i) => ({ path, shape, bits: halves(shape, i) }));
  const half: Parameters = new Map(
    made.map(({ path, shape, bits }) => [path, derivedTensor(shape, { kind: 'float16', read: () => bits.slice() })]),
  );
  const widened: Parameters = new Map(
    made.map(({ path, shape, bits }) => [path, float32Tensor(shape, widenFloat16(bits))]),
  );
  return { half, widened };
}

/** Kernels of the plan for one picture. */
function kernelsOf(graph: Graph, params: Parameters, arithmetic = variants[0]!): readonly string[] {
  const memory = new EngineMemory(new WebAssembly.Memory({ initial: 1, maximum: 1000 }));
  const network = prepareNetwork(graph, params);
  return layOut(
    compile(network.graph, network.params, memory, arithmetic, { leastHalf }),
    wholly(1),
    1,
    memory,
  ).steps.map(({ kernel }) => kernel);
}

/** Random halves below 2, subnormals and zeros among them. */
function randomHalves(size: number, seed: number): Uint16Array {
  const { data } = filled([size], seed, [0, 65_536]);
  return Uint16Array.from(data, (value) => {
    const half = Math.floor(value) & 0xbfff;
    return half % 7 === 0 ? half & 0x83ff : half;
  });
}

describe('every float16 number', () => {
  it('below 2 is read as what it is, from half the memory', { timeout: 120_000 }, async () => {
    const graph = denseGraph(1, small.length, false);
    const { half, widened } = bothWays(graph, () => small);
    expect(kernelsOf(graph, half)).toEqual(['halfProduct']);
    expect(kernelsOf(graph, widened)).toEqual(['product']);
    const one = float32Tensor([1, 1], new Float32Array([1]));
    for (const arithmetic of variants) {
      const found = runIsolated(graph, half, one, { arithmetic, leastHalf });
      // 0 + -0 is 0.
      const expected = widenFloat16(small).map((value) => value + 0);
      expect(bitsOf(found), nameOf(arithmetic)).toEqual(bitsOf(expected));
    }
  });

  it('makes a layer of float32 where one of its numbers is 2 or more', { timeout: 120_000 }, () => {
    const graph = denseGraph(1, every.length, false);
    const { half, widened } = bothWays(graph, () => every);
    expect(kernelsOf(graph, half)).toEqual(['product']);
    const one = float32Tensor([1, 1], new Float32Array([1]));
    for (const arithmetic of variants) {
      const [found, expected] = [half, widened].map((params) =>
        runIsolated(graph, params, one, { arithmetic, leastHalf }),
      );
      expect(bitsOf(found!), nameOf(arithmetic)).toEqual(bitsOf(expected!));
    }
  });

  it.each([0x4000, 0xc000, 0x7c00, 0xfc00, 0x7e01])('wherever it stands: %i', (large) => {
    for (const place of [0, 1, 16_383, 16_384, 19_999]) {
      const graph = denseGraph(200, 100);
      const { half, widened } = bothWays(graph, (shape, i) => {
        const halves = randomHalves(sizeOf(shape), i);
        if (shape.length === 2) halves[place] = large;
        return halves;
      });
      expect(kernelsOf(graph, half)).toEqual(['product']);
      const input = filled([2, 200], 3);
      const arithmetic = variants[place % variants.length]!;
      const [found, expected] = [half, widened].map((params) =>
        runIsolated(graph, params, input, { arithmetic, leastHalf }),
      );
      expect(bitsOf(found!)).toEqual(bitsOf(expected!));
    }
  });
});

it('gives the bits of widened weights, whatever the shape, the batch, the threads and the variant', () => {
  const shapes = fc.record({
    inputs: fc.integer({ min: 1, max: 70 }),
    units: fc.constantFrom(1, 2, 7, 8, 9, 15, 16, 17, 24, 25, 33, 64, 100),
    batch: fc.integer({ min: 1, max: 9 }),
    threads: fc.integer({ min: 1, max: 4 }),
    bias: fc.boolean(),
    activation: fc.constantFrom('relu' as const, 'relu6' as const, 'hardSwish' as const, undefined),
    seed: fc.nat(10_000),
  });
  fc.assert(
    fc.property(shapes, ({ inputs, units, batch, threads, bias, activation, seed }) => {
      const nn = new Builder('dense');
      const y = nn.dense(nn.input([inputs]), { name: 'fc', units, bias });
      const graph = nn.graph(activation === undefined ? y : nn.activation(y, activation));
      const { half, widened } = bothWays(graph, (shape, i) => randomHalves(sizeOf(shape), seed + i));
      expect(kernelsOf(graph, half)[0]).toBe('halfProduct');
      const input = filled([batch, inputs], seed, [-3, 3]);
      const arithmetic = variants[seed % variants.length]!;
      const poison = seed % 2 === 0 ? 'NaN' : 'huge';
      const found = runIsolated(graph, half, input, { arithmetic, leastHalf, threads, poison });
      const expected = runIsolated(graph, widened, input, { arithmetic, leastHalf });
      expect(bitsOf(found), nameOf(arithmetic)).toEqual(bitsOf(expected));
    }),
    { numRuns: 200 },
  );
});

describe('networks of float16 weights', () => {
  it.each(blockNames)('with %s give the bits of widened ones', { timeout: 60_000 }, (name) => {
    const graph = networkOf([name, 'dense'], [13, 11, 16]);
    const { half, widened } = bothWays(graph, (shape, i) =>
      randomHalves(sizeOf(shape), i).map((bits) => bits & 0x7fff),
    );
    const input = filled([2, 13, 11, 3], 4);
    const arithmetic = variants[name.length % variants.length]!;
    const [found, expected] = [half, widened].map((params) =>
      runIsolated(graph, params, input, { arithmetic, leastHalf }),
    );
    expect(bitsOf(found!)).toEqual(bitsOf(expected!));
  });

  it('on real threads, as large as they must be', { timeout: 60_000 }, async () => {
    const graph = denseGraph(2003, 4000);
    const { half, widened } = bothWays(graph, (shape, i) => randomHalves(sizeOf(shape), i));
    const results: Uint32Array[] = [];
    for (const threads of [1, 2]) {
      await using backend = await engineBackend({ threads });
      for (const params of [half, widened]) {
        await using session = await backend.prepare(graph, params);
        results.push(bitsOf((await session.run(filled([3, 2003], 4))).output.data));
      }
    }
    for (const bits of results) expect(bits).toEqual(results[0]);
  });
});
