import type { Callee, FunctionWriter, Local } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  constant,
  constantInt,
  eq,
  type F32,
  ge,
  gt,
  type I32,
  load,
  loadShorts,
  loadSplat,
  lt,
  mul,
  shiftLeft,
  splat,
  sub,
  vand,
  vmul,
} from '../wasm/values.js';
import { type Arithmetic, hasVectors, maddOf } from './arithmetic.js';
import { shareOf } from './split.js';
import { clamp, evenly, PANEL } from './tiles.js';

/** Bytes of a row of a panel of 8 halves. */
export const HALF_PANEL_BYTES = 2 * PANEL;

/**
 * Half-precision numbers below 2 as the kernel reads them: the exponent from 1 on for 2^-24, the smallest subnormal, so that all but
 * zero are normal. Shifted to where float32 has its exponent such a number is 2^102 times too small; no operand is subnormal, which
 * would be slow.
 */
const EXPONENT = 25;
const WIDENING = 2 ** (127 - EXPONENT);
/** What the shift left between sign and exponent: copies of the sign. */
const SIGN_AND_MAGNITUDE = 0x8fff_ffff | 0;

const widened = (fn: FunctionWriter, address: I32, offset: number): Local<'v128'> =>
  fn.let(vmul(vand(shiftLeft(loadShorts(address, offset), 13), constantInt(SIGN_AND_MAGNITUDE)), constant(WIDENING)));

/** Rows of the left matrix by panels of 8 columns of halves: more of either reads no weight more often and hides latencies. */
interface TileSize {
  readonly rows: number;
  readonly panels: number;
}

function tileOf(module: ModuleWriter, { rows, panels }: TileSize, arithmetic: Arithmetic): Callee {
  const madd = maddOf(arithmetic);
  return module.function(`half${rows}x${panels}`, (fn) => {
    const [a, lda, kc, b, panelBytes, c] = fn.params(6) as Six;
    const [ldc, bias] = fn.params(2) as readonly [I32, I32];
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const columns = Array.from({ length: 2 * panels }, (_, j) => j);
    const sums = Array.from({ length: rows }, () => columns.map((j) => fn.let(load(bias, 16 * j))));
    const pointers: Local<'i32'>[] = [];
    for (let i = 0; i < rows; i++) pointers.push(fn.let(i === 0 ? a : add(pointers[i - 1] as Local<'i32'>, lda)));
    const starts = Array.from({ length: panels }, (_, j) => fn.let(j === 0 ? b : add(b, panelBytes)));
    const left = fn.let(kc);
    const weights = columns.map(() => fn.local('v128'));
    const x = fn.local('v128');
    fn.doWhile(
      () => {
        columns.forEach((j) => {
          const start = starts[j >> 1];
          const weight = weights[j];
          if (start !== undefined && weight !== undefined) fn.set(weight, widened(fn, start, 8 * (j & 1)));
        });
        pointers.forEach((pointer, i) => {
          fn.set(x, loadSplat(pointer));
          sums[i]?.forEach((sum, j) => {
            const weight = weights[j];
            if (weight !== undefined) fn.set(sum, madd(x, weight, sum));
          });
          fn.increase(pointer, 4);
        });
        for (const start of starts) fn.increase(start, HALF_PANEL_BYTES);
        fn.increase(left, -1);
      },
      () => gt(left, 0),
    );
    const [least, most] = [fn.let(splat(lo)), fn.let(splat(hi))];
    const out = fn.let(c);
    for (const row of sums) {
      row.forEach((sum, j) => {
        fn.store(out, clamp(sum, least, most), 16 * j);
      });
      fn.increase(out, ldc);
    }
  });
}

type Six = readonly [I32, I32, I32, I32, I32, I32];

/** Rows at once: with more, V8 runs out of registers, and each row takes longer than alone. */
const ROWS = 3;

/**
 * Values of a kernel from which on halves are computed with: it is read from memory, as those of VGG-16's first two dense layers are.
 * From a cache halves come no faster, and widening them takes its time.
 */
const HALF_VALUES = 8_000_000;

/** Without vectors arithmetic takes longer than reading, so nothing is gained. */
export const leastHalfFor = (arithmetic: Arithmetic): number =>
  hasVectors(arithmetic) ? HALF_VALUES : Number.POSITIVE_INFINITY;

/**
 * `halfProduct`: C[m, n] = clamp(A[m, kc] B[kc, n] + bias), B of halves in panels of 8 columns, each element summed in the order of
 * `product`, so with its bits. Threads share the panels.
 */
export function writeHalfProducts(module: ModuleWriter, arithmetic: Arithmetic): void {
  const pair = tileOf(module, { rows: 1, panels: 2 }, arithmetic);
  const tiles = Array.from({ length: ROWS }, (_, i) => tileOf(module, { rows: i + 1, panels: 1 }, arithmetic));
  module.function('halfProduct', (fn) => {
    const [a, lda, kc, b, c, ldc] = fn.params(6) as Six;
    const [bias, m, panels] = fn.params(3) as readonly [I32, I32, I32];
    const [lo, hi]: readonly F32[] = [fn.param('f32'), fn.param('f32')] as const;
    const [p, P] = [fn.param(), fn.param()];
    if (lo === undefined || hi === undefined) return;
    const [start, end] = shareOf(fn, panels, p, P);
    const panelBytes = fn.let(mul(kc, HALF_PANEL_BYTES));
    const j = fn.let(start);
    // As few tiles as possible, their heights as even as possible.
    const { count, height, tall } = evenly(fn, m, ROWS);
    const place = (): readonly [I32, I32, I32] => {
      const column = fn.let(mul(j, 4 * PANEL));
      return [fn.let(add(b, mul(j, panelBytes))), fn.let(add(c, column)), fn.let(add(bias, column))];
    };
    const one = (tile: Callee, row: I32, [bj, cj, biasj]: readonly [I32, I32, I32]): void =>
      fn.call(
        ...([tile, add(a, mul(row, lda)), lda, kc, bj, panelBytes] as const),
        ...([add(cj, mul(row, ldc)), ldc, biasj, lo, hi] as const),
      );
    fn.if(eq(m, 1), () =>
      fn.if(ge(sub(end, j), 2), () =>
        fn.doWhile(
          () => {
            one(pair, fn.let(sub(m, 1)), place());
            fn.increase(j, 2);
          },
          () => ge(sub(end, j), 2),
        ),
      ),
    );
    fn.if(gt(end, j), () =>
      fn.doWhile(
        () => {
          const at = place();
          const row = fn.let(sub(m, m));
          fn.for(0, count, (t) => {
            const some = fn.let(add(height, lt(t, tall)));
            tiles.forEach((tile, i) => {
              fn.if(eq(some, i + 1), () => one(tile, row, at));
            });
            fn.increase(row, some);
          });
          fn.increase(j, 1);
        },
        () => gt(end, j),
      ),
    );
  });
}

/**
 * The numbers of a row as the kernel reads them, zeros behind them up to `width`. Returns the bits of all magnitudes together: where
 * {@link TOO_LARGE} is among them a number is 2 or more, infinite or NaN, and the row is not what it should be.
 */
export function encodeHalves(source: Uint16Array, from: number, n: number, target: Uint16Array, to: number): number {
  let seen = 0;
  for (let c = 0; c < n; c++) {
    const half = source[from + c] as number;
    seen |= half;
    target[to + c] = (half & 0x7c00) === 0 ? encodeSmall(half) : half + ((EXPONENT - 15) << 10);
  }
  return seen;
}

/** The highest bit of the exponent: from 2 on. */
export const TOO_LARGE = 0x4000;

/** Zero and subnormals, `fraction * 2^-24`. */
function encodeSmall(half: number): number {
  const fraction = half & 0x3ff;
  if (fraction === 0) return half;
  const exponent = 31 - Math.clz32(fraction);
  return (half & 0x8000) | ((exponent + 1) << 10) | ((fraction << (10 - exponent)) & 0x3ff);
}
