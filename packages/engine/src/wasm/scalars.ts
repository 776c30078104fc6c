import { type Bytes, float32, signed, unsigned } from './encode.js';

export type Kind = 'i32' | 'f32' | 'v128';
export type ScalarKind = Exclude<Kind, 'v128'>;

export const kindCodes: Readonly<Record<Kind, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** Code that leaves one value on the stack. */
export interface Value<K extends Kind = Kind> {
  readonly kind: K;
  readonly code: Bytes;
}

export type I32 = Value<'i32'>;
export type F32 = Value<'f32'>;

/** An integer that is known when the module is made may be written as a number. */
export type Int = I32 | number;

/** A value of what these leave behind, one after another. */
export function value<K extends Kind>(kind: K, ...parts: readonly (Bytes | Value)[]): Value<K> {
  return { kind, code: parts.map((part) => ('kind' in part ? part.code : part)) };
}

export const int = (x: Int): I32 => (typeof x === 'number' ? value('i32', [0x41, signed(x)]) : x);
export const f32 = (x: number): F32 => value('f32', [0x43, float32(x)]);

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
export const or = integer(0x72);
export const xor = integer(0x73);
export const shl = integer(0x74);
export const rotateLeft = integer(0x77);
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
export const memory = (offset: number): Bytes => [2, unsigned(offset)];
export const loadInt = (address: Int, offset = 0): I32 => value('i32', int(address), [0x28], memory(offset));
/** A signed integer of 16 bits. */
export const loadShort = (address: Int, offset = 0): I32 => value('i32', int(address), [0x2e, 1, unsigned(offset)]);
export const loadFloat = (address: Int, offset = 0): F32 => value('f32', int(address), [0x2a], memory(offset));

const float =
  (opcode: number) =>
  (a: F32, b: F32): F32 =>
    value('f32', a, b, [opcode]);
export const fadd = float(0x92);
export const fsub = float(0x93);
export const fmul = float(0x94);
export const fdiv = float(0x95);
export const fsqrt = (a: F32): F32 => value('f32', a, [0x91]);
export const toFloat = (a: I32): F32 => value('f32', a, [0xb2]);
export const fabs = (a: F32): F32 => value('f32', a, [0x8b]);
export const fnearest = (a: F32): F32 => value('f32', a, [0x90]);
/** 1 where a < b, else 0, also for NaN. */
export const flt = (a: F32, b: F32): I32 => value('i32', a, b, [0x5d]);
/** Rounded towards zero; the nearest integer there is beyond the ends, 0 for NaN. */
export const ftruncToInt = (a: F32): I32 => value('i32', a, [0xfc, 0x00]);
/** The same bits as another kind. */
export const bitsOfFloat = (a: F32): I32 => value('i32', a, [0xbc]);
export const floatOfBits = (a: I32): F32 => value('f32', a, [0xbe]);
