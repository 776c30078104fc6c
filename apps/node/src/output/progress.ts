import { createRequire } from 'node:module';
import type { Terminal } from './terminal.js';

export interface Progress {
  /** `done` of the total, and what stands beside the bar. */
  update(done: number, text: string): void;
  stop(): void;
}

/** Seconds between lines where there is no terminal for a bar. */
const LINE_SECONDS = 30;

/** A bar with rate and remaining time on a terminal, a line now and then elsewhere. */
export function startProgress(terminal: Terminal, total: number, label: string): Progress {
  if (!terminal.interactive) return lines(terminal, total, label);
  // Loaded for a bar only, at once and CommonJS as it is.
  const { Presets, SingleBar }: typeof import('cli-progress') = createRequire(import.meta.url)('cli-progress');
  const format = `${label} {bar} {percentage}% | {value}/{total} | {text}`;
  const bar = new SingleBar(
    {
      format,
      barsize: Math.max(10, Math.min(40, terminal.width - 60)),
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { text: '' });
  return { update: (done, text) => bar.update(done, { text }), stop: () => bar.stop() };
}

function lines(terminal: Terminal, total: number, label: string): Progress {
  let last = performance.now();
  return {
    update(done, text) {
      if (performance.now() - last < LINE_SECONDS * 1000) return;
      last = performance.now();
      terminal.note(`${label} ${done}/${total} | ${text}`);
    },
    stop() {},
  };
}

/** Seconds as `1 h 02 min`, `3 min 20 s` or `12 s`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  if (whole >= 3600)
    return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
  return whole >= 60 ? `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s` : `${whole} s`;
}
