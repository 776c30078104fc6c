/** As many as registers allow, so that none waits for its own last result: 13 and two operands of V8's 15. */
const ACCUMULATORS = 13;
const LANES = 4;
/** Multiply-adds of one turn of the loop. */
const PER_TURN = ACCUMULATORS * LANES;

const [I32, F32, V128] = [0x7f, 0x7d, 0x7b];
const [LOCAL_GET, LOCAL_SET, LOCAL_TEE] = [0x20, 0x21, 0x22];
const [LOOP, BR_IF, END, VOID] = [0x03, 0x0d, 0x0b, 0x40];
const [I32_CONST, I32_SUB, F32_CONST] = [0x41, 0x6b, 0x43];
const SPLAT = [0xfd, 0x13];
const EXTRACT = [0xfd, 0x1f, 0];
const ADD = [0xfd, 0xe4, 0x01];
const MULTIPLY = [0xfd, 0xe6, 0x01];
/** `f32x4.relaxed_madd`. */
const MULTIPLY_ADD = [0xfd, 0x85, 0x02];

/**
 * A module whose `run(turns, factor, term)` does nothing but `a = a * factor + term` on vectors in registers: no memory, no
 * algorithm, so nothing that multiplies is faster here.
 */
function kernel(relaxed: boolean): Uint8Array<ArrayBuffer> {
  // Parameters: turns 0, factor 1, term 2. Locals: factors 3, terms 4, accumulators from 5.
  const [factors, terms, first] = [3, 4, 5];
  const accumulators = Array.from({ length: ACCUMULATORS }, (_, i) => first + i);
  const step = (a: number): number[] => [
    ...[LOCAL_GET, a, LOCAL_GET, factors],
    ...(relaxed ? [LOCAL_GET, terms, ...MULTIPLY_ADD] : [...MULTIPLY, LOCAL_GET, terms, ...ADD]),
    ...[LOCAL_SET, a],
  ];
  const body = [
    ...[1, ACCUMULATORS + 2, V128],
    ...[LOCAL_GET, 1, ...SPLAT, LOCAL_SET, factors],
    ...[LOCAL_GET, 2, ...SPLAT, LOCAL_SET, terms],
    // Each from another number, or the compiler computes one for all.
    ...accumulators.flatMap((a) => [F32_CONST, ...float(a), ...SPLAT, LOCAL_SET, a]),
    ...[LOOP, VOID, ...accumulators.flatMap(step)],
    ...[LOCAL_GET, 0, I32_CONST, 1, I32_SUB, LOCAL_TEE, 0, BR_IF, 0, END],
    ...[LOCAL_GET, first, ...accumulators.slice(1).flatMap((a) => [LOCAL_GET, a, ...ADD]), ...EXTRACT, END],
  ];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I32, F32, F32, 1, F32]),
    ...section(3, [1, 0]),
    ...section(7, [1, 3, ...Buffer.from('run'), 0, 0]),
    ...section(10, [1, ...counted(body)]),
  ]);
}

const float = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
const counted = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const section = (id: number, bytes: readonly number[]): number[] => [id, ...counted(bytes)];

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Multiply-adds a second of one thread in this runtime, the most of some tries; with relaxed SIMD where there is any. */
export async function arithmeticPeak(): Promise<number> {
  const relaxed = WebAssembly.validate(kernel(true));
  const { instance } = await WebAssembly.instantiate(kernel(relaxed), {});
  const run = instance.exports['run'] as (turns: number, factor: number, term: number) => number;
  const turns = 2_000_000;
  let best = Number.POSITIVE_INFINITY;
  // The first ones are for the compiler.
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    // Converges to 1: neither infinite nor denormal.
    run(turns, 0.5, 0.5);
    best = Math.min(best, performance.now() - start);
  }
  return (turns * PER_TURN) / (best / 1000);
}
