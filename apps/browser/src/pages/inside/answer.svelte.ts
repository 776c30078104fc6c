/** What was asked of the worker last: its answer, or why there is none. */
export class Answer<T> {
  /** The last answer; the one before stays until the next is there. */
  value: T | undefined = $state.raw();
  problem: unknown = $state.raw();
  busy = $state(false);
  #attempts = $state(0);

  /**
   * Asks anew, in an effect that follows what the question is made of; returns what gives it up.
   *
   * @param work the question
   * @param delay milliseconds: what changes faster is not asked
   */
  ask(work: (signal: AbortSignal) => Promise<T>, delay = 0): () => void {
    // Followed, so that `retry` asks again.
    void this.#attempts;
    const controller = new AbortController();
    const timer = setTimeout(() => void this.#run(work, controller.signal), delay);
    this.busy = true;
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }

  /** Nothing is asked. */
  clear(): void {
    this.value = undefined;
    this.problem = undefined;
    this.busy = false;
  }

  retry = (): void => {
    this.#attempts++;
  };

  async #run(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<void> {
    this.problem = undefined;
    try {
      const value = await work(signal);
      if (!signal.aborted) this.value = value;
    } catch (error) {
      if (!signal.aborted) this.problem = error;
    } finally {
      if (!signal.aborted) this.busy = false;
    }
  }
}
