/**
 * What a pickle holds, as data: None is null, an int is a number, or a bigint beyond 2^53. A `G` is whatever the
 * interpreter's user makes of the few globals that are known.
 */
export type PickleValue<G> =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList<G>
  | PickleTuple<G>
  | PickleDict<G>
  | GlobalName
  | Made<G>;

/** Lists, and sets. */
export class PickleList<G> {
  readonly items: PickleValue<G>[] = [];
}

export class PickleTuple<G> {
  readonly items: readonly PickleValue<G>[];

  constructor(items: readonly PickleValue<G>[]) {
    this.items = items;
  }
}

/** A dict or an OrderedDict. Keys of other kinds than text and numbers are kept, but never equal. */
export class PickleDict<G> {
  readonly entries = new Map<PickleValue<G>, PickleValue<G>>();
}

/** A class or function by name. It is a name and nothing more: there is nothing here that it could lead to. */
export class GlobalName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What the user of the interpreter made of a known global and its arguments, e.g. a tensor. */
export class Made<G> {
  readonly value: G;

  constructor(value: G) {
    this.value = value;
  }
}
