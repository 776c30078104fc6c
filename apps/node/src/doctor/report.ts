import type { Terminal } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import type { Check } from './check.js';

const MARKS = { ok: 'ok', note: 'note', problem: 'PROBLEM' } as const;

/** A check in lines that fit the terminal: mark, name, what was found; below it the remedy. */
export function printCheck({ print, colors, width }: Terminal, check: Check, longest: number): void {
  const { name, status, found, remedy } = check;
  const paint = { ok: colors.green, note: colors.yellow, problem: colors.red }[status];
  const mark = MARKS[status].padEnd(MARKS.problem.length);
  const left = mark.length + 2 + longest + 2;
  const indent = ' '.repeat(left);
  // Long words, such as paths, are the only thing that may stick out.
  const [first = '', ...rest] = wrapText(found, Math.max(20, width - left));
  print(`${paint(mark)}  ${name.padEnd(longest)}  ${first}`.trimEnd());
  for (const line of rest) print(indent + line);
  if (remedy !== undefined && status !== 'ok')
    for (const line of wrapText(remedy, Math.max(20, width - left))) print(indent + colors.dim(line));
}

export function summaryOf(checks: readonly Check[]): string {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const [problems, notes] = [count('problem'), count('note')];
  const noted = notes === 0 ? '' : `, ${notes} ${notes === 1 ? 'note' : 'notes'}`;
  if (problems === 0) return `All is well${noted}.`;
  return `${problems} ${problems === 1 ? 'problem' : 'problems'}${noted}.`;
}
