/** A clock that counts multiplications: by itself, or step by step. */
export class Player {
  /** Multiplications, with the part of the next one that has passed. */
  #position = $state(0);
  #playing = $state(false);

  /**
   * @param total how many there are
   * @param speed how many a second
   */
  constructor(
    readonly total: () => number,
    readonly speed: () => number,
  ) {}

  /** Whole multiplications. */
  get done(): number {
    return Math.floor(this.#position);
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Goes on by itself; from the start where it is at its end. */
  play(): void {
    if (this.done >= this.total()) this.#position = 0;
    this.#playing = true;
  }

  pause(): void {
    this.#playing = false;
  }

  /** Stops there. */
  moveTo(done: number): void {
    this.#playing = false;
    this.#position = Math.min(this.total(), Math.max(0, done));
  }

  /** Lets time pass, in milliseconds. */
  advance(milliseconds: number): void {
    const next = this.#position + (milliseconds / 1000) * this.speed();
    this.#position = Math.min(this.total(), next);
    if (next >= this.total()) this.#playing = false;
  }
}
