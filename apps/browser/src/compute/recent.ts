/** A map that keeps the entries used last, and lets go of the others. */
export class Recent<T> {
  readonly #entries = new Map<string, T>();

  constructor(
    readonly size: number,
    readonly letGo: (value: T) => void = () => {},
  ) {}

  get(key: string): T | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.delete(key);
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.size) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.letGo(value);
  }

  /** Lets go of every entry whose key passes. */
  deleteWhere(passes: (key: string) => boolean): void {
    for (const key of [...this.#entries.keys()]) if (passes(key)) this.delete(key);
  }
}
