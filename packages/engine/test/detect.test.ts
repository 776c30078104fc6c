// What the engine makes of a runtime that lacks something. This file runs in Node (vitest.config.ts) and in Chromium
// (vitest.browser.config.ts): nothing in it may be for one of them only. Runtimes that really have no SIMD are in
// process.test.ts and pages.test.ts.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { detectArithmetic } from '../src/detect.js';
import { engineBackend, planOf } from '../src/index.js';
import { networkOf } from './support/graphs.js';
import { variants } from './support/variants.js';

const graph = networkOf(['residual', 'inverted', 'squeeze', 'pooled', 'normed'], [21, 18, 17]);
const params = filledParameters(graph);
const input = filled([2, 21, 18, 3], 5);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Probes are small modules; those that have `bytes` in them are refused. */
function refuse(...bytes: readonly number[]): void {
  const validate = WebAssembly.validate.bind(WebAssembly);
  vi.spyOn(WebAssembly, 'validate').mockImplementation((source) => {
    const module = new Uint8Array(source as ArrayBuffer);
    const isProbe = module.length < 100;
    const found = module.some((_, at) => bytes.every((byte, i) => module[at + i] === byte));
    return !(isProbe && found) && validate(module);
  });
}
const V128 = 0x7b;
const STRUCT = [0x5f, 0x01];
const RELAXED_MADD = [0xfd, 0x85, 0x02];

describe('detectArithmetic', () => {
  const best = variants.at(-1)!.instructions;

  it('is the fastest that this runtime has', () => {
    expect(detectArithmetic().instructions).toBe(best);
  });

  it('is low tiles where the compiler reorders', () => {
    refuse(...STRUCT);
    expect(detectArithmetic()).toEqual({ instructions: best, rows: 4, vectors: 2, unroll: 1 });
  });

  it('is SIMD without relaxed SIMD', () => {
    refuse(...RELAXED_MADD);
    expect(detectArithmetic()).toEqual({ instructions: 'simd', rows: 4, vectors: 2, unroll: 1 });
  });

  it('is scalar without SIMD', () => {
    refuse(V128);
    expect(detectArithmetic()).toEqual({ instructions: 'scalar', rows: 2, vectors: 1, unroll: 1 });
  });

  it('is scalar without WebAssembly, so that a plan can be shown', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(detectArithmetic().instructions).toBe('scalar');
  });
});

describe('an engine without SIMD', () => {
  it.each([1, 2])('says so and computes what SIMD does, to the bit: %i thread(s)', async (threads) => {
    const simd = { instructions: 'simd', rows: 4, vectors: 2, unroll: 1 } as const;
    await using usual = await engineBackend({ arithmetic: simd });
    expect(usual.description).toContain('SIMD');
    expect(usual.description).not.toContain('no SIMD');
    await using session = await usual.prepare(graph, params);
    const { output } = await session.run(input);

    refuse(V128);
    await using backend = await engineBackend({ threads });
    expect(backend.description).toContain('no SIMD');
    await using scalar = await backend.prepare(graph, params);
    expect((await scalar.run(input)).output.data).toEqual(output.data);
    expect(planOf(graph).layers.length).toBeGreaterThan(10);
  });

  it('is refused where SIMD was asked for', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    for (const instructions of ['simd', 'relaxed-simd'] as const) {
      for (const threads of [1, 2]) {
        const arithmetic = { instructions, rows: 4, vectors: 2, unroll: 1 } as const;
        await expect(engineBackend({ arithmetic, threads })).rejects.toMatchObject({
          code: 'no-simd',
          message: expect.stringContaining('leave `arithmetic` out'),
        });
      }
    }
  });
});

describe('an engine without WebAssembly', () => {
  it('that is new enough', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    for (const threads of [1, 2]) {
      await expect(engineBackend({ threads })).rejects.toMatchObject({
        code: 'no-webassembly',
        message: expect.stringContaining('bulk memory'),
      });
    }
  });

  it('by a policy', async () => {
    vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new Error('blocked by a policy'));
    await expect(engineBackend()).rejects.toMatchObject({
      code: 'no-webassembly',
      message: expect.stringContaining("'wasm-unsafe-eval'"),
    });
  });

  it('at all', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    await expect(engineBackend()).rejects.toMatchObject({ code: 'no-webassembly' });
  });
});
