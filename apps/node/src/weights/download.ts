import { formatBytes } from '@convzoo/cost-analysis/format';
import type { Progress as Received } from '@convzoo/hub';
import { type ResolvedFile, resolveFile } from '@convzoo/hub/node';
import { ConvzooError } from '@convzoo/layers';
import { describeFailure } from '../errors.js';
import { formatDuration, type Progress, startProgress } from '../output/progress.js';
import { type Terminal, terminalOf } from '../output/terminal.js';
import { catalogue } from './catalogue.js';
import type { ResolveWeightsOptions } from './resolve.js';

/**
 * Finds a file of a name or an address in the cache, or downloads it, with progress, and keeps it. SIGINT ends the download;
 * what arrived is kept.
 *
 * @throws HubError
 */
export async function downloadWeights(text: string, options: ResolveWeightsOptions): Promise<ResolvedFile> {
  const { mirror, offline, refresh, terminal = terminalOf({ quiet: true }) } = options;
  const show = new DownloadProgress(terminal, text);
  return interruptible(async (signal) => {
    try {
      return await resolveFile(text, {
        catalogue,
        mirror,
        refresh,
        // Undefined leaves it to CONVZOO_OFFLINE.
        offline,
        signal,
        onProgress: (received) => show.update(received),
        onRetry: (reason) => show.note(`${reason}; trying again`),
        onWait: () => show.note('Another process is downloading it; waiting.'),
      });
    } finally {
      show.stop();
    }
  });
}

/** Runs work with a signal that SIGINT and SIGTERM abort; the exit code tells which. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let terminated = false;
  const interrupt = (signal: NodeJS.Signals): void => {
    terminated = signal === 'SIGTERM';
    controller.abort();
  };
  // Once: a second Ctrl-C ends the process at once.
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    const { code, message } = describeFailure(error);
    throw terminated && code === 'interrupted' ? new ConvzooError('terminated', message, { cause: error }) : error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

const MEGABYTE = 1e6;
/** Milliseconds between two drawings of the bar. */
const REDRAW = 100;

/** A bar in MB with rate and remaining time, once the size is known. */
class DownloadProgress {
  private bar: Progress | undefined;
  private started: { time: number; received: number } | undefined;
  private drawn = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly name: string,
  ) {}

  update({ received, total, resumed }: Received): void {
    const now = performance.now();
    if (this.started === undefined) {
      this.started = { time: now, received };
      const size = total === undefined ? '' : ` (${formatBytes(total)})`;
      const rest = resumed > 0 ? `, going on from ${formatBytes(resumed)}` : '';
      this.terminal.note(`Downloading ${this.name}${size}${rest}`);
    }
    if (total === undefined || (now - this.drawn < REDRAW && received < total)) return;
    this.drawn = now;
    this.bar ??= startProgress(this.terminal, megabytes(total), 'MB received');
    const seconds = (now - this.started.time) / 1000;
    const rate = (received - this.started.received) / Math.max(seconds, 1e-3);
    const left = rate > 0 && seconds > 1 ? `, ${formatDuration((total - received) / rate)} left` : '';
    this.bar.update(megabytes(received), `${(rate / MEGABYTE).toFixed(1)} MB/s${left}`);
  }

  note(text: string): void {
    this.terminal.note(text);
  }

  stop(): void {
    this.bar?.stop();
  }
}

const megabytes = (bytes: number): number => Math.round(bytes / (MEGABYTE / 10)) / 10;
