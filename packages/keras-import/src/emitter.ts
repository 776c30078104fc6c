import { Builder, type OpAttributes, type OpName, type ParamSpec, sizeOf, type Value } from '@convzoo/layers';
import { KerasImportError } from './errors.js';
import { MAX_ELEMENTS } from './limits.js';

/** Adds nodes to the graph by their full paths, which may repeat: a layer that is called twice has two nodes. */
export class Emitter {
  readonly builder: Builder;
  readonly #paths = new Set<string>();
  /** How often a path was asked for: a layer may be called ten thousand times. */
  readonly #asked = new Map<string, number>();

  constructor(name: string) {
    this.builder = new Builder(name);
  }

  node<K extends OpName>(
    op: K,
    path: string,
    attributes: OpAttributes[K],
    inputs: readonly Value[],
    params: readonly ParamSpec[] = [],
  ): Value {
    const free = this.#free(path);
    const value = this.builder.node(op, { path: free, attributes, inputs, params });
    if (!(sizeOf(value.shape) <= MAX_ELEMENTS)) {
      throw new KerasImportError(
        'too-large',
        path,
        `its output of ${value.shape.join('x')} has more than ${MAX_ELEMENTS} values for one picture.`,
      );
    }
    return value;
  }

  #free(path: string): string {
    let count = this.#asked.get(path) ?? 0;
    let free = count === 0 ? path : `${path}_${count}`;
    while (this.#paths.has(free)) free = `${path}_${++count}`;
    this.#asked.set(path, count + 1);
    this.#paths.add(free);
    return free;
  }
}
