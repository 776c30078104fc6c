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
  const { SingleBar }: typeof import('cli-progress') = createRequire(import.meta.url)('cli-progress');
  const bar = new SingleBar({
    format: (_, { value }, { text }: { text: string }) =>
      progressLine(terminal.width, label, { done: value, total }, text),
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(total, 0, { text: '' });
  return { update: (done, text) => bar.update(done, { text }), stop: () => bar.stop() };
}

/** The least and the most columns of a bar; with fewer left there is none. */
const BAR = { least: 6, most: 40 };

/** Label, bar and text in less than `width` columns: the bar is as long as there is room, and what matters least gives way first. */
export function progressLine(
  width: number,
  label: string,
  { done, total }: { readonly done: number; readonly total: number },
  text: string,
): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const [percent, count] = [`${Math.floor(100 * share)}%`, `${done}/${total}`];
  const fits = (line: string): boolean => line.length < width;
  const beside = text === '' ? '' : ` | ${text}`;
  const room = width - 1 - `${label}  ${percent} | ${count}${beside}`.length;
  if (room >= BAR.least) {
    const columns = Math.min(BAR.most, room);
    const filled = Math.round(share * columns);
    return `${label} ${'\u2588'.repeat(filled)}${'\u2591'.repeat(columns - filled)} ${percent} | ${count}${beside}`;
  }
  const shorter = [`${label} ${percent} | ${count}${beside}`, `${percent} | ${count}${beside}`, `${percent}${beside}`];
  return shorter.find(fits) ?? `${percent}${beside}`.slice(0, width - 1);
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
