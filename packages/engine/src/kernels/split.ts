import type { FunctionWriter, Local } from '../wasm/function.js';
import { add, div, type I32, type Int, lt, minimum, mul, sub } from '../wasm/values.js';

/** This thread's share of `total` pieces of work: thread `p` of `P`. No product here is larger than `total`, which may be near 2^31. */
export function shareOf(fn: FunctionWriter, total: Int, p: I32, P: I32): readonly [Local<'i32'>, Local<'i32'>] {
  const each = fn.let(div(total, P));
  const more = fn.let(sub(total, mul(each, P)));
  const start = fn.let(add(mul(each, p), minimum(p, more)));
  const end = fn.let(add(add(start, each), lt(p, more)));
  return [start, end];
}
