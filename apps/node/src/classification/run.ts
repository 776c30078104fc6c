import { formatDuration, startProgress } from '../output/progress.js';
import type { Terminal } from '../output/terminal.js';

/** Counts pictures, and shows rate and remaining time. */
export interface Meter {
  readonly done: number;
  add(pictures: number): void;
  stop(): void;
}

export function startMeter(terminal: Terminal, total: number, shown: boolean): Meter {
  const progress = shown && total > 1 ? startProgress(terminal, total, 'classify') : undefined;
  const start = performance.now();
  let done = 0;
  return {
    get done() {
      return done;
    },
    add(pictures) {
      done += pictures;
      const rate = (1000 * done) / (performance.now() - start);
      progress?.update(done, `${rate.toPrecision(3)}/s, ${formatDuration((total - done) / rate)} left`);
    },
    stop: () => progress?.stop(),
  };
}

/** Waits where the reader is slower, so that lines do not pile up in memory. */
export async function writeStdout(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Whether one of the signals came. The first lets the batch be finished and written; another ends the process at once. */
export function stopOnSignal(active: boolean): Disposable & { readonly requested: boolean } {
  let requested = false;
  const handle = (): void => {
    requested = true;
    release();
  };
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
  if (active) for (const signal of SIGNALS) process.on(signal, handle);
  return {
    get requested() {
      return requested;
    },
    [Symbol.dispose]: release,
  };
}
