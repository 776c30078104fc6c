import { type Bytes, ByteWriter, list, sized, unsigned } from './encode.js';
import { getLocal, type Local, ScratchLocals, setLocal, type ValueOf, variable } from './locals.js';
import {
  add,
  type F32,
  type I32,
  type Int,
  int,
  type Kind,
  kindCodes,
  lt,
  type ScalarKind,
  type V128,
  type Value,
} from './values.js';

export type { Local } from './locals.js';

/** Something that can be called. */
export interface Callee {
  readonly index: number;
}

const LANES = [0, 1, 2, 3] as const;
const isVector = (value: Value | V128): value is V128 => 'lanes' in value;

/** A function as it is written: parameters first, then code, statement by statement. Nothing is returned. */
export class FunctionWriter {
  readonly #vectors: boolean;
  readonly #params: Kind[] = [];
  readonly #locals: Kind[] = [];
  readonly #code = new ByteWriter();
  readonly #scratch = new ScratchLocals(() => this.#newLocal('f32'));

  /** Without `vectors` every vector is four floats: four variables, four instructions, the same bits. */
  constructor({ vectors }: { readonly vectors: boolean }) {
    this.#vectors = vectors;
  }

  param<K extends ScalarKind = 'i32'>(kind: K = 'i32' as K): Local<K> {
    if (this.#locals.length > 0) throw new RangeError('parameters come before variables');
    this.#params.push(kind);
    return variable(kind, this.#params.length - 1);
  }

  /** `count` integer parameters. */
  params(count: number): readonly I32[] {
    return Array.from({ length: count }, () => this.param('i32'));
  }

  local<K extends Kind = 'i32'>(kind: K = 'i32' as K): Local<K> {
    if (kind !== 'v128' || this.#vectors) return variable(kind, this.#newLocal(kind));
    const first = this.#newLocal('f32');
    for (let i = 1; i < LANES.length; i++) this.#newLocal('f32');
    return variable(kind, first);
  }

  /** A new variable with a value. */
  let<K extends Kind>(value: Value<K> & ValueOf<K>): Local<K> {
    const local = this.local(value.kind);
    this.set(local, value);
    return local;
  }

  #newLocal(kind: Kind): number {
    return this.#params.length + this.#locals.push(kind) - 1;
  }

  set<K extends Kind>(local: Local<K>, value: Value<K> & ValueOf<K>): void {
    if (this.#vectors || !isVector(value)) this.#emit(value.code, setLocal(local.index));
    else this.#setLanes(local.index, value);
  }

  #setLanes(index: number, { lanes, uniform }: V128): void {
    for (const lane of LANES) {
      if (uniform && lane > 0) this.#emit(getLocal(index));
      else this.#emit(lanes(lane, this.#scratch).float.code);
      this.#emit(setLocal(index + lane));
    }
  }

  increase(local: Local<'i32'>, by: Int): void {
    this.set(local, add(local, by));
  }

  store(address: Int, value: V128, offset = 0): void {
    if (this.#vectors) this.#emit(int(address).code, value.code, [0xfd, 0x0b, 2], unsigned(offset));
    else this.#storeLanes(int(address), value, offset);
  }

  /** All lanes are on the stack before the first is stored, as a vector is read before it is written. */
  #storeLanes(address: I32, { lanes }: V128, offset: number): void {
    for (const lane of LANES) this.#emit(address.code, lanes(lane, this.#scratch).float.code);
    for (const lane of [3, 2, 1, 0]) this.#emit([0x38, 2], unsigned(offset + 4 * lane));
  }

  storeFloat(address: Int, value: F32, offset = 0): void {
    this.#emit(int(address).code, value.code, [0x38, 2], unsigned(offset));
  }

  storeInt(address: Int, value: Int, offset = 0): void {
    this.#emit(int(address).code, int(value).code, [0x36, 2], unsigned(offset));
  }

  /** Sets `bytes` bytes to zero. */
  zero(address: Int, bytes: Int): void {
    this.#emit(int(address).code, int(0).code, int(bytes).code, [0xfc, 0x0b, 0]);
  }

  copy(to: Int, from: Int, bytes: Int): void {
    this.#emit(int(to).code, int(from).code, int(bytes).code, [0xfc, 0x0a, 0, 0]);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.#emit(condition.code, [0x04, 0x40]);
    then();
    if (otherwise !== undefined) {
      this.#emit([0x05]);
      otherwise();
    }
    this.#emit([0x0b]);
  }

  /** Runs the body again while the condition, evaluated after it, holds: at least once. */
  doWhile(body: () => void, condition: () => I32): void {
    this.#emit([0x03, 0x40]);
    body();
    this.#emit(condition().code, [0x0d, 0, 0x0b]);
  }

  /** The body for `from`, `from + step`, ... below `to`. */
  for(from: Int, to: Int, body: (i: Local<'i32'>) => void, step: Int = 1): void {
    const i = this.let(int(from));
    this.if(lt(i, to), () =>
      this.doWhile(
        () => {
          body(i);
          this.increase(i, step);
        },
        () => lt(i, to),
      ),
    );
  }

  call(callee: Callee, ...args: readonly (Value | number)[]): void {
    this.#emit(...args.map((arg) => (typeof arg === 'number' ? int(arg) : arg).code), [0x10], unsigned(callee.index));
  }

  #emit(...parts: readonly Bytes[]): void {
    for (const part of parts) this.#code.write(part);
  }

  /** Its type: kinds of parameters, no results. */
  get type(): Bytes {
    return [0x60, list(this.#params.map((kind) => [kindCodes[kind]])), 0];
  }

  /** Variables and code, with their length. */
  get body(): Bytes {
    const locals = list(this.#locals.map((kind) => [1, kindCodes[kind]]));
    return sized([locals, this.#code.bytes, 0x0b]);
  }
}
