import { ConvzooError } from '@convzoo/layers';
import { formatDuration, startProgress } from '../output/progress.js';
import type { Terminal } from '../output/terminal.js';
import type { Picture } from './picture.js';
import { type Answered, pictureStream, type StreamOptions } from './stream.js';

export interface RunOptions extends StreamOptions {
  readonly terminal: Terminal;
  /** What stands before the progress bar. */
  readonly label: string;
  /** Whether answers come as they are known. */
  readonly asTheyCome: boolean;
  /** A signal ends the work after the batch that runs. */
  readonly stop: StopRequest;
  /** The file that they go to. */
  readonly output?: string | undefined;
}

/**
 * Runs pictures through the network and hands over each batch in order, with a progress bar where answers do not go to the
 * same terminal.
 *
 * @throws ConvzooError `interrupted`, `terminated`
 */
export async function runPictures(
  pictures: readonly Picture[],
  { terminal, label, asTheyCome, output, stop, ...stream }: RunOptions,
  take: (group: readonly Answered[]) => Promise<void> | void,
): Promise<void> {
  // What stands on the terminal is not drawn over.
  const shown = asTheyCome && (output !== undefined || process.stdout.isTTY !== true);
  const meter = startMeter(terminal, pictures.length, { label, shown });
  try {
    for await (const group of pictureStream(pictures, stream)) {
      await take(group);
      meter.add(group.length);
      if (stop.signal !== undefined) throw interrupted(stop.signal, meter.done, pictures.length, output);
    }
  } finally {
    meter.stop();
  }
}

/** Counts pictures, and shows rate and remaining time. */
interface Meter {
  readonly done: number;
  add(pictures: number): void;
  stop(): void;
}

function startMeter(
  terminal: Terminal,
  total: number,
  { label, shown }: { readonly label: string; readonly shown: boolean },
): Meter {
  const progress = shown && total > 1 ? startProgress(terminal, total, label) : undefined;
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

function interrupted(signal: StopSignal, done: number, of: number, output: string | undefined): ConvzooError {
  const advice = output === undefined ? '' : ` The same command with --resume goes on with ${output}.`;
  const code = signal === 'SIGTERM' ? 'terminated' : 'interrupted';
  return new ConvzooError(code, `Stopped after ${done} of ${of} pictures.${advice}`);
}

/** Writes lines and waits where the reader is slower, so that they do not pile up in memory. */
export async function writeStdout(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type StopSignal = (typeof SIGNALS)[number];

/** The signal that came, if any. */
export interface StopRequest extends Disposable {
  readonly signal: StopSignal | undefined;
}

/**
 * Lets the first signal wait until a batch is finished and written, where answers come as they are known, so that a break leaves
 * what can be used or gone on with; another ends the process at once.
 */
export function stopOnSignal(active: boolean): StopRequest {
  let signal: StopSignal | undefined;
  const handle = (received: NodeJS.Signals): void => {
    signal = received === 'SIGTERM' ? received : 'SIGINT';
    release();
  };
  const release = (): void => {
    for (const each of SIGNALS) process.off(each, handle);
  };
  if (active) for (const each of SIGNALS) process.on(each, handle);
  return {
    get signal() {
      return signal;
    },
    [Symbol.dispose]: release,
  };
}
