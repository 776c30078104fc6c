import { WeightsError } from '../../../errors.js';
import { narrow, PickleReader } from './reader.js';
import { GlobalName, PickleDict, PickleList, PickleTuple, type PickleValue } from './values.js';

/**
 * Most opcodes that are run for a file. A state dict takes some 50 for a tensor, so this is one of 5,000 tensors, four times what EfficientNet-B7 has; an
 * opcode makes up to 250 bytes (a dict), so it also limits memory.
 */
export const MAX_OPCODES = 250_000;

/** Most values on the stack. Python pickles lists and dicts in batches of 1000. */
const MAX_STACK = 100_000;

/** What is made of names, calls and references to storages. All of it is data: see {@link unpickle}. */
export interface PickleUser<G> {
  /** Whether a global may be named at all, e.g. `torch._utils._rebuild_tensor_v2`. */
  knows(name: string): boolean;
  /** The result of calling a known global, or undefined to refuse. */
  call(name: string, args: readonly PickleValue<G>[]): PickleValue<G> | undefined;
  /** A reference to something outside of the pickle, or undefined to refuse. */
  persistent(id: PickleValue<G>): PickleValue<G> | undefined;
}

export interface Unpickled<G> {
  readonly value: PickleValue<G>;
  /** Bytes up to the end of the pickle. */
  readonly length: number;
  /** How many were run. */
  readonly opcodes: number;
}

/**
 * Interprets a Python pickle (protocols 0 to 5) as data. A pickle is a program that may import any function and call it;
 * this interpreter has nothing to import or to call: a name that `user` does not know is refused, with that name, as
 * WeightsError `unsafe-pickle`. Others: `bad-header` for damage, `too-large` over a limit; NeedMoreBytes where
 * the bytes end first. Messages do not name the file.
 */
export function unpickle<G>(bytes: Uint8Array, user: PickleUser<G>, maxOpcodes = MAX_OPCODES): Unpickled<G> {
  return new Machine(bytes, user).run(maxOpcodes);
}

function damaged(what: string): never {
  throw new WeightsError('bad-header', `The pickle is damaged: ${what}.`);
}

/** Marks where a list of arguments begins. */
const MARK = Symbol('mark');
type Slot<G> = PickleValue<G> | typeof MARK;

class Machine<G> {
  readonly #in: PickleReader;
  readonly #user: PickleUser<G>;
  readonly #stack: Slot<G>[] = [];
  readonly #memo = new Map<number, PickleValue<G>>();

  constructor(bytes: Uint8Array, user: PickleUser<G>) {
    this.#in = new PickleReader(bytes);
    this.#user = user;
  }

  run(maxOpcodes: number): Unpickled<G> {
    for (let count = 0; count < maxOpcodes; count++) {
      const opcode = this.#in.uint8();
      if (opcode === 0x2e) return { value: this.#pop(), length: this.#in.position, opcodes: count + 1 }; // . STOP
      this.#step(opcode);
      if (this.#stack.length > MAX_STACK) {
        throw new WeightsError('too-large', `The pickle puts more than ${MAX_STACK} values on its stack.`);
      }
    }
    throw new WeightsError('too-large', `The pickle has more than ${MAX_OPCODES} opcodes; no state dict does.`);
  }

  #pop(): PickleValue<G> {
    const value = this.#stack.pop();
    return value === undefined || value === MARK ? damaged('its stack is empty') : value;
  }

  /** Everything since the last mark. */
  #popMark(): PickleValue<G>[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) return damaged('a mark is missing');
    const items = this.#stack.splice(at + 1) as PickleValue<G>[];
    this.#stack.pop();
    return items;
  }

  #top(): PickleValue<G> {
    const value = this.#stack.at(-1);
    return value === undefined || value === MARK ? damaged('its stack is empty') : value;
  }

  /** Runs one opcode. */
  #step(opcode: number): void {
    // Not `??`: null is Python's None.
    const literal = this.#literal(opcode);
    const value = literal === undefined ? this.#made(opcode) : literal;
    if (value === undefined) this.#act(opcode);
    else this.#stack.push(value);
  }

  /** The value that an opcode spells out. */
  #literal(opcode: number): PickleValue<G> | undefined {
    const input = this.#in;
    switch (opcode) {
      case 0x4e: // N NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x4a: // J BININT
        return input.int32();
      case 0x4b: // K BININT1
        return input.uint8();
      case 0x4d: // M BININT2
        return input.uint16();
      case 0x8a: // LONG1
        return input.integer(input.uint8());
      case 0x8b: // LONG4
        return input.integer(input.uint32());
      case 0x47: // G BINFLOAT
        return input.float64();
      case 0x58: // X BINUNICODE
      case 0x54: // T BINSTRING, of Python 2
        return input.utf8(input.uint32());
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // U SHORT_BINSTRING, of Python 2
        return input.utf8(input.uint8());
      case 0x8d: // BINUNICODE8
        return input.utf8(input.uint64());
      case 0x42: // B BINBYTES
        return input.bytes(input.uint32());
      case 0x43: // C SHORT_BINBYTES
        return input.bytes(input.uint8());
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return input.bytes(input.uint64());
      case 0x49: // I INT
        return textInteger(input.line());
      case 0x4c: // L LONG
        return textInteger(input.line().replace(/L$/, ''));
      case 0x46: // F FLOAT
        return Number(input.line());
      case 0x53: // S STRING
        return input.line().replace(/^(['"])([^\\]*)\1$/, '$2');
      case 0x56: // V UNICODE
        return input.line();
      default:
        return undefined;
    }
  }

  /** The value that an opcode makes of others. */
  #made(opcode: number): PickleValue<G> | undefined {
    switch (opcode) {
      case 0x32: // 2 DUP
        return this.#top();
      case 0x5d: // ] EMPTY_LIST
      case 0x8f: // EMPTY_SET
        return new PickleList();
      case 0x7d: // } EMPTY_DICT
        return new PickleDict();
      case 0x29: // ) EMPTY_TUPLE
        return new PickleTuple([]);
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#tuple(opcode - 0x84);
      case 0x74: // t TUPLE
      case 0x91: // FROZENSET
        return new PickleTuple(this.#popMark());
      case 0x6c: // l LIST
        return appended(new PickleList(), this.#popMark());
      case 0x64: // d DICT
        return withItems(new PickleDict(), this.#popMark());
      case 0x68: // h BINGET
        return this.#remembered(this.#in.uint8());
      case 0x6a: // j LONG_BINGET
        return this.#remembered(this.#in.uint32());
      case 0x67: // g GET
        return this.#remembered(Number(this.#in.line()));
      case 0x63: // c GLOBAL
        return this.#global(this.#in.line(), this.#in.line());
      case 0x93: // STACK_GLOBAL
        return this.#stackGlobal();
      case 0x52: // R REDUCE
        return this.#reduce();
      case 0x51: // Q BINPERSID
        return this.#user.persistent(this.#pop()) ?? refuse('a reference that is not to a storage of a tensor');
      default:
        return undefined;
    }
  }

  /** What an opcode does to values that are there. */
  #act(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.#in.uint8() > 5) damaged('it states a protocol beyond 5');
        break;
      case 0x95: // FRAME
        this.#in.uint64();
        break;
      case 0x28: // ( MARK
        this.#stack.push(MARK);
        break;
      case 0x30: // 0 POP
        if (this.#stack.pop() === undefined) damaged('its stack is empty');
        break;
      case 0x31: // 1 POP_MARK
        this.#popMark();
        break;
      case 0x61: // a APPEND
        this.#withTop([this.#pop()], appended);
        break;
      case 0x65: // e APPENDS
      case 0x90: // ADDITEMS
        this.#withTop(this.#popMark(), appended);
        break;
      case 0x73: // s SETITEM
        this.#withTop(this.#tuple(2).items, withItems);
        break;
      case 0x75: // u SETITEMS
        this.#withTop(this.#popMark(), withItems);
        break;
      case 0x71: // q BINPUT
        this.#memo.set(this.#in.uint8(), this.#top());
        break;
      case 0x72: // r LONG_BINPUT
        this.#memo.set(this.#in.uint32(), this.#top());
        break;
      case 0x70: // p PUT
        this.#memo.set(Number(this.#in.line()), this.#top());
        break;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case 0x62: // b BUILD
        this.#build();
        break;
      default:
        refuseOpcode(opcode);
    }
  }

  #withTop<T>(
    items: readonly PickleValue<G>[],
    put: (target: PickleValue<G>, items: readonly PickleValue<G>[]) => T,
  ): void {
    put(this.#top(), items);
  }

  #stackGlobal(): GlobalName {
    const name = this.#pop();
    const module = this.#pop();
    return typeof name === 'string' && typeof module === 'string'
      ? this.#global(module, name)
      : damaged('a global has no name');
  }

  #tuple(length: number): PickleTuple<G> {
    const items: PickleValue<G>[] = [];
    for (let i = 0; i < length; i++) items.unshift(this.#pop());
    return new PickleTuple(items);
  }

  #remembered(index: number): PickleValue<G> {
    const value = this.#memo.get(index);
    return value === undefined ? damaged(`it refers to value ${index}, which it has not stored`) : value;
  }

  #global(module: string, name: string): GlobalName {
    const full = `${module}.${name}`;
    return this.#user.knows(full) ? new GlobalName(full) : refuse(`"${full.slice(0, 200)}"`);
  }

  #reduce(): PickleValue<G> {
    const args = this.#pop();
    const callee = this.#pop();
    if (!(callee instanceof GlobalName) || !(args instanceof PickleTuple)) {
      return refuse('a call of something that is not a known function');
    }
    const result = this.#user.call(callee.name, args.items);
    return result ?? refuse(`a call of "${callee.name}" with arguments that torch does not give`);
  }

  /** An OrderedDict may have attributes (`_metadata` of a state dict), which hold no weights. Nothing else may. */
  #build(): void {
    this.#pop();
    const target = this.#top();
    if (!(target instanceof PickleDict)) refuse('an object whose attributes are set');
  }
}

function appended<G>(list: PickleValue<G>, items: readonly PickleValue<G>[]): PickleList<G> {
  if (!(list instanceof PickleList)) return damaged('something is appended to what is no list');
  for (const item of items) list.items.push(item);
  return list;
}

function withItems<G>(dict: PickleValue<G>, items: readonly PickleValue<G>[]): PickleDict<G> {
  if (!(dict instanceof PickleDict) || items.length % 2 !== 0) return damaged('an item is set in what is no dict');
  for (let i = 0; i < items.length; i += 2) {
    dict.entries.set(items[i] as PickleValue<G>, items[i + 1] as PickleValue<G>);
  }
  return dict;
}

/** Protocol 0; `00` and `01` are its booleans. */
function textInteger(line: string): number | bigint | boolean {
  if (line === '00' || line === '01') return line === '01';
  return /^-?\d{1,600}$/.test(line) ? narrow(BigInt(line)) : damaged('a number in it is none');
}

const OBJECTS: Readonly<Record<number, string>> = {
  105: 'INST',
  111: 'OBJ',
  129: 'NEWOBJ',
  146: 'NEWOBJ_EX',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  80: 'PERSID',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
};

function refuseOpcode(opcode: number): never {
  const object = OBJECTS[opcode];
  return object === undefined
    ? damaged(`${opcode} is no opcode`)
    : refuse(`an object that is made by the opcode ${object}`);
}

function refuse(what: string): never {
  throw new WeightsError(
    'unsafe-pickle',
    `The pickle has ${what}, which is no tensor, dict or plain value. Nothing was run. If you trust the file, load it in Python and save model.state_dict() alone, best as safetensors.`,
  );
}
