import type { FunctionWriter, Local } from '../wasm/function.js';
import { add, div, type I32, type Int, mul } from '../wasm/values.js';

/** This thread's share of `total` pieces of work: thread `p` of `P`. */
export function shareOf(fn: FunctionWriter, total: Int, p: I32, P: I32): readonly [Local<'i32'>, Local<'i32'>] {
  const start = fn.let(div(mul(total, p), P));
  const end = fn.let(div(mul(total, add(p, 1)), P));
  return [start, end];
}
