import { type Bytes, list, sized, unsigned } from './encode.js';
import { add, type F32, type I32, type Int, int, type Kind, kindCodes, lt, type V128, type Value } from './values.js';

/** A variable; used as a value it is read. */
export interface Local<K extends Kind = Kind> extends Value<K> {
  readonly index: number;
}

/** Something that can be called. */
export interface Callee {
  readonly index: number;
}

/** A function as it is written: parameters first, then code, statement by statement. Nothing is returned. */
export class FunctionWriter {
  readonly #params: Kind[] = [];
  readonly #locals: Kind[] = [];
  readonly #code: number[] = [];

  param<K extends Kind = 'i32'>(kind: K = 'i32' as K): Local<K> {
    if (this.#locals.length > 0) throw new RangeError('parameters come before variables');
    this.#params.push(kind);
    return this.#variable(kind);
  }

  /** `count` integer parameters. */
  params(count: number): readonly I32[] {
    return Array.from({ length: count }, () => this.param('i32'));
  }

  local<K extends Kind = 'i32'>(kind: K = 'i32' as K): Local<K> {
    this.#locals.push(kind);
    return this.#variable(kind);
  }

  /** A new variable with a value. */
  let<K extends Kind>(value: Value<K>): Local<K> {
    const local = this.local(value.kind);
    this.set(local, value);
    return local;
  }

  #variable<K extends Kind>(kind: K): Local<K> {
    const index = this.#params.length + this.#locals.length - 1;
    return { kind, index, code: [0x20, ...unsigned(index)] };
  }

  set<K extends Kind>(local: Local<K>, value: Value<K>): void {
    this.#emit(value.code, [0x21], unsigned(local.index));
  }

  increase(local: Local<'i32'>, by: Int): void {
    this.set(local, add(local, by));
  }

  store(address: Int, value: V128, offset = 0): void {
    this.#emit(int(address).code, value.code, [0xfd, 0x0b, 2], unsigned(offset));
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
    for (const part of parts) for (const byte of part) this.#code.push(byte);
  }

  /** Its type: kinds of parameters, no results. */
  get type(): Bytes {
    return [0x60, ...list(this.#params.map((kind) => [kindCodes[kind]])), 0];
  }

  /** Variables and code, with their length. */
  get body(): Bytes {
    const locals = list(this.#locals.map((kind) => [1, kindCodes[kind]]));
    return sized([...locals, ...this.#code, 0x0b]);
  }
}
