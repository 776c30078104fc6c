// Vectors are written as vectors or lane by lane, with the same bits. This file runs in Node (vitest.config.ts) and in Chromium
// (vitest.browser.config.ts): nothing in it may be for one of them only.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaledByDoubles } from '../src/wasm/doubles.js';
import type { FunctionWriter } from '../src/wasm/function.js';
import { ModuleWriter } from '../src/wasm/module.js';
import * as w from '../src/wasm/values.js';

/** Where operands and the result lie. */
const [A, B, C, RESULT] = [0, 16, 32, 48];

type Write = (fn: FunctionWriter, a: w.V128, b: w.V128, c: w.V128) => w.V128;

/** What a function makes of three vectors of bits, with vectors and without. */
function both(write: Write): ((operands: Uint32Array) => Uint32Array)[] {
  return [true, false].map((vectors) => {
    const module = new ModuleWriter({ vectors });
    module.function('run', (fn) => fn.store(RESULT, write(fn, w.load(A), w.load(B), w.load(C))));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const bytes = module.encode({ shared: false, maximumPages: 1 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    return (operands) => {
      new Uint32Array(memory.buffer).set(operands);
      (exports['run'] as () => void)();
      return new Uint32Array(memory.buffer.slice(RESULT, RESULT + 16));
    };
  });
}

const bitsOf = (...values: readonly number[]): readonly number[] => [
  ...new Uint32Array(Float32Array.from(values).buffer),
];
const special: readonly number[] = [
  ...bitsOf(0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 126.5, 1e-40, -1e-45, 3e38, -3e38, Infinity, -Infinity),
  ...bitsOf(2147483520, 2147483648, -2147483648, -2147483904, 4e9, 8388607.5, 16777217),
  // Quiet and signalling NaN of both signs.
  ...[0x7fc00000, 0xffc00001, 0x7f800001, 0xff812345],
];

/** The bits of a NaN that arithmetic made are the machine's to choose. */
const isNaNBits = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;
const withoutPayloads = (bits: Uint32Array): Uint32Array =>
  bits.map((value) => (isNaNBits(value) ? 0x7fc00000 : value));

const instructions: Readonly<Record<string, { readonly write: Write; readonly makesNaN?: boolean }>> = {
  load: { write: (_, a) => a },
  loadSplat: { write: () => w.loadSplat(B, 8) },
  loadShorts: { write: () => w.loadShorts(A, 6) },
  constant: { write: () => w.constant(-0.1) },
  constantInt: { write: () => w.constantInt(-2147483648) },
  splat: { write: () => w.splat(w.loadFloat(B, 4)) },
  vadd: { write: (_, a, b) => w.vadd(a, b), makesNaN: true },
  vsub: { write: (_, a, b) => w.vsub(a, b), makesNaN: true },
  vmul: { write: (_, a, b) => w.vmul(a, b), makesNaN: true },
  vdiv: { write: (_, a, b) => w.vdiv(a, b), makesNaN: true },
  // B and C are four float64.
  scaledByDoubles: { write: (fn, a) => scaledByDoubles(fn.let(a), B), makesNaN: true },
  vnearest: { write: (_, a) => w.vnearest(a), makesNaN: true },
  vpmin: { write: (_, a, b) => w.vpmin(a, b) },
  vpmax: { write: (_, a, b) => w.vpmax(a, b) },
  vlt: { write: (_, a, b) => w.vlt(a, b) },
  vand: { write: (_, a, b) => w.vand(a, b) },
  vor: { write: (_, a, b) => w.vor(a, b) },
  vabs: { write: (_, a) => w.vabs(a) },
  'vselect by a comparison': { write: (_, a, b, c) => w.vselect(a, b, w.vlt(b, c)) },
  'vselect by any bits': { write: (_, a, b, c) => w.vselect(a, b, c) },
  'vselect by a comparison that was kept': { write: (fn, a, b, c) => w.vselect(a, b, fn.let(w.vlt(b, c))) },
  truncToInt: { write: (_, a) => w.truncToInt(a) },
  addInts: { write: (_, a, b) => w.addInts(a, b) },
  'shiftLeft by 23': { write: (_, a) => w.shiftLeft(a, 23) },
  'shiftLeft by 0': { write: (_, a) => w.shiftLeft(a, 0) },
  clamp: { write: (_, a, b, c) => w.vpmin(w.vpmax(a, b), c) },
};

describe('vectors and four lanes give the same bits:', () => {
  it.each(Object.entries(instructions))('%s', (_, { write, makesNaN = false }) => {
    const [vectors, lanes] = both(write) as [(x: Uint32Array) => Uint32Array, (x: Uint32Array) => Uint32Array];
    const compared = makesNaN ? withoutPayloads : (bits: Uint32Array) => bits;
    const same = (operands: Uint32Array): void => {
      expect(compared(lanes(operands)), String(operands)).toEqual(compared(vectors(operands)));
    };
    for (const a of special) {
      for (const b of special) {
        // Every lane differs from the others.
        same(Uint32Array.from([a, b, a ^ 1, b ^ 1, b, a, b, a, a ^ b, ~a, b ^ 3, a]));
      }
    }
    fc.assert(fc.property(fc.uint32Array({ minLength: 12, maxLength: 12 }), same), { numRuns: 300 });
  });

  /** Arithmetic on NaN may give any NaN, so it gets none: what is not below 1e30 becomes 1. */
  const tame = (x: w.V128): w.V128 => w.vselect(x, w.constant(1), w.vlt(w.vabs(x), w.constant(1e30)));
  const ways: readonly Write[] = [
    (_, a, b) => w.vadd(tame(a), tame(b)),
    (_, a, b, c) => w.vsub(tame(w.vmul(tame(a), tame(b))), tame(c)),
    (_, a, b) => w.vdiv(tame(a), w.vadd(w.vabs(tame(b)), w.constant(1))),
    (_, a, b) => w.vpmin(a, b),
    (_, a, b, c) => w.vpmax(w.vpmin(a, c), b),
    (_, a, b, c) => w.vselect(a, b, c),
    (_, a, b, c) => w.vselect(c, a, w.vlt(b, c)),
    (_, a, b) => w.vand(w.vor(a, b), w.vlt(a, b)),
    (_, a, b) => w.addInts(w.truncToInt(w.vnearest(tame(a))), w.shiftLeft(b, 3)),
    (fn, a, b) => w.vpmax(fn.let(a), fn.let(b)),
  ];

  it('any expression, with variables in it', () => {
    const tree = fc.letrec<{ node: Write }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom<Write>(
          (_, a) => a,
          (_, _b, b) => b,
          (_, _a, _b, c) => c,
          () => w.loadSplat(A, 4),
        ),
        fc.tuple(fc.nat(ways.length - 1), tie('node'), tie('node'), tie('node')).map(([way, x, y, z]): Write => {
          const write = ways[way]!;
          return (fn, a, b, c) => write(fn, x(fn, a, b, c), y(fn, a, b, c), z(fn, a, b, c));
        }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.uint32Array({ minLength: 12, maxLength: 12 }), (write, operands) => {
        const [vectors, lanes] = both(write);
        expect(lanes!(operands)).toEqual(vectors!(operands));
        const odd = Uint32Array.from(operands, (bits, i) =>
          bits % 3 === 0 ? special[(bits + i) % special.length]! : bits,
        );
        expect(lanes!(odd)).toEqual(vectors!(odd));
      }),
      { numRuns: 400 },
    );
  });

  it('a store over what it reads, shifted by lanes', () => {
    const operands = Uint32Array.from({ length: 12 }, (_, i) => i + 1);
    for (const vectors of [true, false]) {
      const module = new ModuleWriter({ vectors });
      module.function('run', (fn) => fn.store(4, w.addInts(w.load(0), w.load(8))));
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      const compiled = new WebAssembly.Module(module.encode({ shared: false, maximumPages: 1 }));
      const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
      new Uint32Array(memory.buffer).set(operands);
      (exports['run'] as () => void)();
      expect([...new Uint32Array(memory.buffer, 0, 8)], `${vectors}`).toEqual([1, 4, 6, 8, 10, 6, 7, 8]);
    }
  });

  it('without vectors no vector instruction is left', () => {
    const module = new ModuleWriter({ vectors: false });
    module.function('run', (fn) => {
      const sum = fn.let(w.vadd(w.load(A), w.constant(1)));
      fn.store(RESULT, w.relaxedMadd(sum, sum, w.vnearest(sum)));
    });
    const bytes = module.encode({ shared: false, maximumPages: 1 });
    expect(WebAssembly.validate(bytes)).toBe(true);
    expect([...bytes]).not.toContain(0xfd);
    expect([...bytes]).not.toContain(0x7b);
  });
});
