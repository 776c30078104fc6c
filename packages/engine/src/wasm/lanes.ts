import {
  add,
  and,
  bitsOfFloat,
  type F32,
  fabs,
  fadd,
  fdiv,
  floatOfBits,
  flt,
  fmul,
  fnearest,
  fsub,
  ftruncToInt,
  type I32,
  or,
  select,
  shl,
  sub,
  xor,
} from './scalars.js';

/** One of the four lanes of a vector, as a value that every runtime has, in both of its readings. */
export interface Lane {
  readonly float: F32;
  readonly bits: I32;
  /** Of a mask: 1 where all bits are set and 0 where none is. */
  readonly condition?: I32;
}

/** A value that is needed twice: `first` computes it, `again`, which stands behind that, reads it. */
export interface Kept {
  readonly first: F32;
  readonly again: F32;
}

/** Variables for the time of an expression. */
export interface Scratch {
  /** What stands between `first` and `again` must be written inside `use`, or it may take the same variable. */
  keep<T>(value: F32, use: (kept: Kept) => T): T;
}

/** Writes a lane of a value. */
export type Lanes = (lane: number, scratch: Scratch) => Lane;

export const floatLane = (float: F32): Lane => ({ float, bits: bitsOfFloat(float) });
export const bitsLane = (bits: I32): Lane => ({ float: floatOfBits(bits), bits });

/** What an instruction does with one lane of its operands. */
type Unary = (a: Lanes) => Lanes;
type Binary = (a: Lanes, b: Lanes) => Lanes;

const floats =
  (op: (a: F32, b: F32) => F32): Binary =>
  (a, b) =>
  (lane, scratch) =>
    floatLane(op(a(lane, scratch).float, b(lane, scratch).float));
const bits =
  (op: (a: I32, b: I32) => I32): Binary =>
  (a, b) =>
  (lane, scratch) =>
    bitsLane(op(a(lane, scratch).bits, b(lane, scratch).bits));
/**
 * `b` where the condition on b and a holds, else `a`: so NaN and zeros of either sign are as in the vector instruction, which the
 * scalar minimum and maximum treat otherwise. Bits are selected, for which V8 needs no branch: a clamp after ReLU6 mispredicts.
 */
const choice =
  (isSecond: (b: F32, a: F32) => I32): Binary =>
  (a, b) =>
  (lane, scratch) =>
    scratch.keep(b(lane, scratch).float, (second) =>
      scratch.keep(a(lane, scratch).float, (first) =>
        bitsLane(select(bitsOfFloat(second.first), bitsOfFloat(first.first), isSecond(second.again, first.again))),
      ),
    );

export const laneAdd = floats(fadd);
export const laneSub = floats(fsub);
export const laneMul = floats(fmul);
export const laneDiv = floats(fdiv);
export const lanePmin = choice((b, a) => flt(b, a));
export const lanePmax = choice((b, a) => flt(a, b));
export const laneAnd = bits(and);
export const laneOr = bits(or);
export const laneAddInts = bits(add);

export const laneAbs: Unary = (a) => (lane, scratch) => floatLane(fabs(a(lane, scratch).float));
export const laneNearest: Unary = (a) => (lane, scratch) => floatLane(fnearest(a(lane, scratch).float));
export const laneTruncToInt: Unary = (a) => (lane, scratch) => bitsLane(ftruncToInt(a(lane, scratch).float));
export const laneShiftLeft =
  (count: number): Unary =>
  (a) =>
  (lane, scratch) =>
    bitsLane(shl(a(lane, scratch).bits, count));

export const laneLess: Binary = (a, b) => (lane, scratch) => {
  const condition = flt(a(lane, scratch).float, b(lane, scratch).float);
  return { ...bitsLane(sub(0, condition)), condition };
};

export const laneSelect =
  (a: Lanes, b: Lanes, mask: Lanes): Lanes =>
  (lane, scratch) => {
    const { condition } = mask(lane, scratch);
    if (condition !== undefined) return bitsLane(select(a(lane, scratch).bits, b(lane, scratch).bits, condition));
    // ((b ^ a) & mask) ^ b
    return scratch.keep(b(lane, scratch).float, (second) => {
      const differing = and(xor(bitsOfFloat(second.first), a(lane, scratch).bits), mask(lane, scratch).bits);
      return bitsLane(xor(differing, bitsOfFloat(second.again)));
    });
  };
