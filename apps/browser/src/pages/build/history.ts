/** States that one can go back to. */
const MOST = 200;
/** Milliseconds within which changes of one thing are one step, so that typing a number is not three. */
const TOGETHER = 1200;

/** What was, is, and was taken back: plain data, never changed. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** What changed last, and when. */
  readonly last: { readonly what: string; readonly at: number } | undefined;
}

export const newHistory = <T>(present: T): History<T> => ({ past: [], present, future: [], last: undefined });

/** A change; `what` names the thing that is changed, e.g. a field, where several changes of it may be one step. */
export function changed<T>(history: History<T>, present: T, what?: string, now = performance.now()): History<T> {
  if (present === history.present) return history;
  const { last } = history;
  const goesOn = what !== undefined && last?.what === what && now - last.at < TOGETHER;
  const past = goesOn ? history.past : [...history.past, history.present].slice(-MOST);
  return { past, present, future: [], last: what === undefined ? undefined : { what, at: now } };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: before,
    future: [history.present, ...history.future],
    last: undefined,
  };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, last: undefined };
}
