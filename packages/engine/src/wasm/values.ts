import { type Bytes, float32, signed, unsigned } from './encode.js';

export type Kind = 'i32' | 'f32' | 'v128';

export const kindCodes: Readonly<Record<Kind, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** Code that leaves one value on the stack. */
export interface Value<K extends Kind = Kind> {
  readonly kind: K;
  readonly code: Bytes;
}

export type I32 = Value<'i32'>;
export type F32 = Value<'f32'>;
/** Four floats, or four integers where an instruction says so. */
export type V128 = Value<'v128'>;

/** An integer that is known when the module is made may be written as a number. */
export type Int = I32 | number;

function value<K extends Kind>(kind: K, ...parts: readonly (Bytes | Value)[]): Value<K> {
  const code: number[] = [];
  for (const part of parts) for (const byte of 'kind' in part ? part.code : part) code.push(byte);
  return { kind, code };
}

const simd = (opcode: number): Bytes => [0xfd, ...unsigned(opcode)];

export const int = (x: Int): I32 => (typeof x === 'number' ? value('i32', [0x41, ...signed(x)]) : x);
export const f32 = (x: number): F32 => value('f32', [0x43, ...float32(x)]);
/** A constant in all four lanes. */
export const constant = (x: number): V128 =>
  value(
    'v128',
    simd(0x0c),
    [0, 1, 2, 3].flatMap(() => float32(x)),
  );
export const constantInt = (x: number): V128 =>
  value(
    'v128',
    simd(0x0c),
    [0, 1, 2, 3].flatMap(() => [x & 255, (x >> 8) & 255, (x >> 16) & 255, (x >> 24) & 255]),
  );

const isConstant = (x: Int): x is number => typeof x === 'number';
const integer =
  (opcode: number, fold?: (a: number, b: number) => number) =>
  (a: Int, b: Int): I32 => {
    if (fold !== undefined && isConstant(a) && isConstant(b)) return int(fold(a, b));
    return value('i32', int(a), int(b), [opcode]);
  };

export const sub = integer(0x6b, (a, b) => a - b);
export const div = integer(0x6e);
export const rem = integer(0x70);
export const eq = integer(0x46);
export const ne = integer(0x47);
export const lt = integer(0x48);
export const gt = integer(0x4a);
export const le = integer(0x4c);
export const ge = integer(0x4e);
export const and = integer(0x71);
const plus = integer(0x6a, (a, b) => a + b);
const times = integer(0x6c, Math.imul);
export const add = (a: Int, b: Int): I32 => (b === 0 ? int(a) : a === 0 ? int(b) : plus(a, b));
export const mul = (a: Int, b: Int): I32 => {
  if (a === 1) return int(b);
  if (b === 1) return int(a);
  return times(a, b);
};
/** `a` where the condition holds, else `b`. */
export const select = (a: Int, b: Int, condition: I32): I32 => value('i32', int(a), int(b), condition, [0x1b]);
export const minimum = (a: I32, b: Int): I32 => select(a, b, lt(a, b));

/** Addresses are aligned to four bytes; a wrong hint is slow on no machine that matters, so none promises more. */
const memory = (offset: number): Bytes => [2, ...unsigned(offset)];
export const loadInt = (address: Int, offset = 0): I32 => value('i32', int(address), [0x28], memory(offset));
export const loadFloat = (address: Int, offset = 0): F32 => value('f32', int(address), [0x2a], memory(offset));
export const load = (address: Int, offset = 0): V128 => value('v128', int(address), simd(0x00), memory(offset));
/** One float in all four lanes. */
export const loadSplat = (address: Int, offset = 0): V128 => value('v128', int(address), simd(0x09), memory(offset));
export const splat = (x: F32): V128 => value('v128', x, simd(0x13));

const binary =
  (opcode: number) =>
  (a: V128, b: V128): V128 =>
    value('v128', a, b, simd(opcode));
const unary =
  (opcode: number) =>
  (a: V128): V128 =>
    value('v128', a, simd(opcode));

export const vadd = binary(0xe4);
export const vsub = binary(0xe5);
export const vmul = binary(0xe6);
export const vdiv = binary(0xe7);
/** The smaller and the larger; `b` only where it is strictly so, which x86 has as one instruction. */
export const vpmin = binary(0xea);
export const vpmax = binary(0xeb);
export const vlt = binary(0x43);
export const vand = binary(0x4e);
export const vor = binary(0x50);
export const vabs = unary(0xe0);
export const vnearest = unary(0x6a);
/** `a` where bits of the mask are set, else `b`. */
export const vselect = (a: V128, b: V128, mask: V128): V128 => value('v128', a, b, mask, simd(0x52));
export const truncToInt = unary(0xf8);
export const addInts = binary(0xae);
export const shiftLeft = (a: V128, bits: number): V128 => value('v128', a, int(bits), simd(0xab));
/** a * b + c rounded once or twice, as the machine does it (relaxed SIMD). */
export const relaxedMadd = (a: V128, b: V128, c: V128): V128 => value('v128', a, b, c, simd(0x105));

const scalar =
  (opcode: number) =>
  (a: F32, b: F32): F32 =>
    value('f32', a, b, [opcode]);
export const fadd = scalar(0x92);
export const fsub = scalar(0x93);
export const fmul = scalar(0x94);
export const fdiv = scalar(0x95);
export const fsqrt = (a: F32): F32 => value('f32', a, [0x91]);
export const toFloat = (a: I32): F32 => value('f32', a, [0xb2]);
