import type { Pair } from '@convzoo/layers';
import { KerasImportError } from '../errors.js';
import { MAX_EXTENT } from '../limits.js';
import { isObject, type JsonObject, own, show } from './json.js';

/** The settings of one layer, each checked when it is read; errors name the layer, the setting and what it was. */
export class Settings {
  readonly #layer: string;
  readonly #config: JsonObject;

  /** `layer` is the layer's path, with its class, for errors. */
  constructor(layer: string, config: JsonObject) {
    this.#layer = layer;
    this.#config = config;
  }

  /** As it stands; undefined where Keras did not write it, and for null, which Keras writes for "none". */
  raw(name: string): unknown {
    return own(this.#config, name) ?? undefined;
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  number(name: string, otherwise?: number): number {
    const value = plain(this.raw(name) ?? otherwise);
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.#fail(name, 'a number');
    return value;
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.raw(name) ?? otherwise;
    return typeof value === 'boolean' ? value : this.#fail(name, 'true or false');
  }

  text(name: string, otherwise?: string): string {
    const value = this.raw(name) ?? otherwise;
    return typeof value === 'string' ? value : this.#fail(name, 'a text');
  }

  /** A whole number of at least `least`. */
  integer(name: string, least: number, otherwise?: number): number {
    const value = this.number(name, otherwise);
    return isExtent(value, least) ? value : this.#fail(name, `a whole number from ${least} to ${MAX_EXTENT}`);
  }

  /** Height and width: two whole numbers of at least 1, or one for both. */
  pair(name: string, otherwise?: Pair): Pair {
    const value = this.raw(name) ?? otherwise;
    const [height, width = height, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    if (more.length > 0 || !isExtent(height, 1) || !isExtent(width, 1)) {
      return this.#fail(name, `one or two whole numbers from 1 to ${MAX_EXTENT}`);
    }
    return [height, width];
  }

  /** One number or a list of them, however deep the brackets are. */
  numbers(name: string, otherwise?: number): readonly number[] {
    const value = plain(this.raw(name) ?? otherwise);
    const values = (Array.isArray(value) ? value.flat(8) : [value]) as readonly unknown[];
    if (values.length === 0 || !values.every((x): x is number => typeof x === 'number' && Number.isFinite(x))) {
      return this.#fail(name, 'a number or a list of numbers');
    }
    return values;
  }

  /** Refuses what is set to anything but the values that mean the default. */
  refuse(name: string, neutral: readonly unknown[], why: string): void {
    const value = this.raw(name);
    if (value === undefined || neutral.includes(value)) return;
    throw new KerasImportError('unsupported-layer', this.#layer, `${name} is ${show(value)}; ${why}.`);
  }

  #fail(name: string, wanted: string): never {
    throw new KerasImportError(
      'bad-config',
      this.#layer,
      `its ${name} is ${show(own(this.#config, name))}, and should be ${wanted}.`,
    );
  }
}

export const isExtent = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= MAX_EXTENT;

/** Keras writes some numbers as `{"class_name": "__numpy__", "config": {"value": 0.3, "dtype": "float32"}}`. */
export function plain(value: unknown): unknown {
  if (!isObject(value) || !isObject(value['config'])) return value;
  const { class_name: className } = value;
  return className === '__numpy__' || className === '__tensor__' ? own(value['config'], 'value') : value;
}
