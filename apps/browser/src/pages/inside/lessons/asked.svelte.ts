/** What the worker answered last; the answer before stays until the next one is there. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly problem: unknown;
  readonly busy: boolean;
  retry(): void;
}

/**
 * Asks again whenever something that `ask` reads changes, and gives up what was asked before. To be called while a component is
 * made.
 */
export function asked<T>(ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  let value: T | undefined = $state.raw();
  let problem: unknown = $state.raw();
  let busy = $state(true);
  let attempts = $state(0);

  async function run(answer: Promise<T>, signal: AbortSignal): Promise<void> {
    busy = true;
    problem = undefined;
    try {
      const answered = await answer;
      if (!signal.aborted) value = answered;
    } catch (error) {
      if (!signal.aborted) problem = error;
    } finally {
      if (!signal.aborted) busy = false;
    }
  }

  $effect(() => {
    void attempts;
    const controller = new AbortController();
    void run(ask(controller.signal), controller.signal);
    return () => controller.abort();
  });

  return {
    get value() {
      return value;
    },
    get problem() {
      return problem;
    },
    get busy() {
      return busy;
    },
    retry() {
      attempts++;
    },
  };
}
