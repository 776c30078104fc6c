import type { Bytes } from './encode.js';
import { float32, unsigned } from './encode.js';
import {
  bitsLane,
  floatLane,
  type Lanes,
  laneAbs,
  laneAdd,
  laneAddInts,
  laneAnd,
  laneDiv,
  laneLess,
  laneMul,
  laneNearest,
  laneOr,
  lanePmax,
  lanePmin,
  laneSelect,
  laneShiftLeft,
  laneSub,
  laneTruncToInt,
} from './lanes.js';
import { type F32, f32, type Int, int, loadFloat, loadShort, memory, type Value, value } from './scalars.js';

export * from './scalars.js';

/**
 * Four floats, or four integers where an instruction says so. It is written as one value where the runtime has vectors, else lane
 * by lane.
 */
export interface V128 extends Value<'v128'> {
  readonly lanes: Lanes;
  /** Whether all lanes are the same. */
  readonly uniform: boolean;
}

/** The code of a vector instruction. */
export const simd = (opcode: number): Bytes => [0xfd, unsigned(opcode)];

const vector = (lanes: Lanes, ...parts: readonly (Bytes | Value)[]): V128 => ({
  ...value('v128', ...parts),
  lanes,
  uniform: false,
});
const uniform = (lanes: Lanes, ...parts: readonly (Bytes | Value)[]): V128 => ({
  ...vector(lanes, ...parts),
  uniform: true,
});

const fourTimes = (bytes: Bytes): Bytes => [bytes, bytes, bytes, bytes];
/** A constant in all four lanes. */
export const constant = (x: number): V128 => uniform(() => floatLane(f32(x)), simd(0x0c), fourTimes(float32(x)));
export const constantInt = (x: number): V128 =>
  uniform(() => bitsLane(int(x)), simd(0x0c), fourTimes([x & 255, (x >> 8) & 255, (x >> 16) & 255, (x >> 24) & 255]));

export const load = (address: Int, offset = 0): V128 =>
  vector((lane) => floatLane(loadFloat(address, offset + 4 * lane)), int(address), simd(0x00), memory(offset));
/** One float in all four lanes. */
export const loadSplat = (address: Int, offset = 0): V128 =>
  uniform(() => floatLane(loadFloat(address, offset)), int(address), simd(0x09), memory(offset));
/** Four signed integers of 16 bits, each in a lane of 32. */
export const loadShorts = (address: Int, offset = 0): V128 =>
  vector((lane) => bitsLane(loadShort(address, offset + 2 * lane)), int(address), simd(0x03), memory(offset));
export const splat = (x: F32): V128 => uniform(() => floatLane(x), x, simd(0x13));

const unary =
  (opcode: number, lane: (a: Lanes) => Lanes) =>
  (a: V128): V128 =>
    vector(lane(a.lanes), a, simd(opcode));
const binary =
  (opcode: number, lane: (a: Lanes, b: Lanes) => Lanes) =>
  (a: V128, b: V128): V128 =>
    vector(lane(a.lanes, b.lanes), a, b, simd(opcode));

export const vadd = binary(0xe4, laneAdd);
export const vsub = binary(0xe5, laneSub);
export const vmul = binary(0xe6, laneMul);
export const vdiv = binary(0xe7, laneDiv);
/** The smaller and the larger; `b` only where it is strictly so, which x86 has as one instruction. */
export const vpmin = binary(0xea, lanePmin);
export const vpmax = binary(0xeb, lanePmax);
export const vlt = binary(0x43, laneLess);
export const vand = binary(0x4e, laneAnd);
export const vor = binary(0x50, laneOr);
export const vabs = unary(0xe0, laneAbs);
export const vnearest = unary(0x6a, laneNearest);
/** `a` where bits of the mask are set, else `b`. */
export const vselect = (a: V128, b: V128, mask: V128): V128 =>
  vector(laneSelect(a.lanes, b.lanes, mask.lanes), a, b, mask, simd(0x52));
export const truncToInt = unary(0xf8, laneTruncToInt);
export const addInts = binary(0xae, laneAddInts);
export const shiftLeft = (a: V128, bits: number): V128 =>
  vector(laneShiftLeft(bits)(a.lanes), a, int(bits), simd(0xab));
/** a * b + c rounded once or twice, as the machine does it (relaxed SIMD); twice where there are no vectors. */
export const relaxedMadd = (a: V128, b: V128, c: V128): V128 =>
  vector(laneAdd(c.lanes, laneMul(a.lanes, b.lanes)), a, b, c, simd(0x105));
