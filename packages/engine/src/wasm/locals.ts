import { type Bytes, unsigned } from './encode.js';
import { floatLane, type Kept, type Lanes, type Scratch } from './lanes.js';
import type { F32, Kind, V128, Value } from './values.js';

export type ValueOf<K extends Kind> = K extends 'v128' ? V128 : Value<K>;

/** A variable; used as a value it is read. */
export type Local<K extends Kind = Kind> = ValueOf<K> & { readonly index: number };

export const getLocal = (index: number): Bytes => [0x20, unsigned(index)];
export const setLocal = (index: number): Bytes => [0x21, unsigned(index)];
const teeLocal = (index: number): Bytes => [0x22, unsigned(index)];

/** The variable of an index; that of a vector, lane by lane, is the first of four. */
export function variable<K extends Kind>(kind: K, index: number): Local<K> {
  const lanes: Lanes = (lane) => floatLane({ kind: 'f32', code: getLocal(index + lane) });
  const local = { kind, index, code: getLocal(index), ...(kind === 'v128' ? { lanes, uniform: false } : {}) };
  return local as unknown as Local<K>;
}

/** Variables of expressions, free again when the expression is written. */
export class ScratchLocals implements Scratch {
  readonly #create: () => number;
  readonly #free: number[] = [];

  /** `create` makes a float variable. */
  constructor(create: () => number) {
    this.#create = create;
  }

  keep<T>(value: F32, use: (kept: Kept) => T): T {
    const index = this.#free.pop() ?? this.#create();
    const first: F32 = { kind: 'f32', code: [value.code, teeLocal(index)] };
    const result = use({ first, again: { kind: 'f32', code: getLocal(index) } });
    this.#free.push(index);
    return result;
  }
}
