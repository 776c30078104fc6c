import { AppError } from '../errors/app-error.js';

export interface JoinOptions<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Work that several wait for. It is given up when all who wait have given up. */
export class Shared<T, Progress> {
  readonly #controller = new AbortController();
  readonly #waiting = new Set<JoinOptions<Progress>>();
  readonly #result: Promise<T>;
  #done = false;

  /** @param failed called once the work is of no more use: it threw, or was given up */
  constructor(
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<T>,
    readonly failed: () => void,
  ) {
    this.#result = work(this.#controller.signal, (progress) => {
      for (const { onProgress } of this.#waiting) onProgress?.(progress);
    });
    this.#result.then(
      () => {
        this.#done = true;
      },
      () => failed(),
    );
  }

  join(options: JoinOptions<Progress>): Promise<T> {
    const { signal } = options;
    this.#waiting.add(options);
    // Who has no signal never gives up.
    if (signal === undefined || this.#done) return this.#result;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(options);
        reject(new AppError('aborted', 'The call was given up.'));
        if (this.#waiting.size > 0 || this.#done) return;
        this.failed();
        this.#controller.abort();
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      this.#result.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', leave);
        this.#waiting.delete(options);
      });
    });
  }
}
