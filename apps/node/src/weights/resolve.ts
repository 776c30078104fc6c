import { formatBytes } from '@convzoo/cost-analysis/format';
import type { Progress as Received } from '@convzoo/hub';
import { type ResolvedFile, resolveFile } from '@convzoo/hub/node';
import { findPretrained, type PretrainedWeights } from '@convzoo/zoo/pretrained';
import { formatDuration, type Progress, startProgress } from '../output/progress.js';
import { type Terminal, terminalOf } from '../output/terminal.js';
import { catalogue, embeddedPath } from './catalogue.js';

export interface ResolveWeightsOptions {
  /** Base URL or folder that stands for every host. */
  readonly mirror?: string | undefined;
  readonly offline?: boolean | undefined;
  /** Downloads again what is in the cache. */
  readonly refresh?: boolean | undefined;
  /** Where progress is shown; nowhere by default. */
  readonly terminal?: Terminal | undefined;
}

export interface ResolvedWeights extends ResolvedFile {
  /** The entry of the catalogue, where the text was a name of it. */
  readonly entry?: PretrainedWeights | undefined;
}

/**
 * The file that `--weights` means: a path, `hf://OWNER/REPO/FILE`, an https address, or a name of the catalogue. What is not
 * on disk is downloaded, with progress, and kept. SIGINT ends the download; what arrived is kept.
 *
 * @throws HubError
 */
export async function resolveWeights(text: string, options: ResolveWeightsOptions = {}): Promise<ResolvedWeights> {
  const { mirror, offline, refresh, terminal = terminalOf({ quiet: true }) } = options;
  const show = new DownloadProgress(terminal, text);
  return interruptible(async (signal) => {
    try {
      const path = embeddedPathOf(text);
      if (path !== undefined) return { path, from: 'file', entry: findPretrained(text) };
      const found = await resolveFile(text, {
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
      return { ...found, entry: found.from === 'file' ? undefined : findPretrained(text) };
    } finally {
      show.stop();
    }
  });
}

function embeddedPathOf(text: string): string | undefined {
  const entry = findPretrained(text);
  return entry === undefined ? undefined : embeddedPath(entry);
}

/** Runs work with a signal that SIGINT and SIGTERM abort. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  // Once: a second Ctrl-C ends the process at once.
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
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
