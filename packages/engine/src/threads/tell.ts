import { control as place, threadState } from './protocol.js';

/** What is to be run. */
export interface Run {
  readonly session: number;
  /** Whether times of its steps are wanted. */
  readonly timed: boolean;
}

/**
 * Tells all threads to run: those that run still, or sleep, by their state, the others by a message. Where threads were sent
 * messages since the last run all are told so, and read those before. Every thread has ended the last run, but for its last words.
 */
export function tellToRun(
  control: Int32Array,
  parts: number,
  { session, timed }: Run,
  hasMail: boolean,
  post: (part: number) => void,
): void {
  Atomics.store(control, place.session, session);
  Atomics.store(control, place.arrived, Atomics.load(control, place.arrivals));
  Atomics.store(control, place.timed, Number(timed));
  for (let part = 0; part < parts; part++) {
    if (!hasMail && move(control, part, threadState.told)) continue;
    move(control, part, threadState.home);
    post(part);
  }
}

/** Sends all threads a message. One that is told to run stays until the next run sends it home. */
export function tellByMail(control: Int32Array, parts: number, post: (part: number) => void): void {
  for (let part = 0; part < parts; part++) {
    post(part);
    move(control, part, threadState.home);
  }
}

/** Whether a thread that runs, or sleeps behind a run, will be in another state next; it wakes. */
export function move(control: Int32Array, part: number, to: number): boolean {
  const state = place.states + part;
  for (const from of [threadState.sleeps, threadState.runs, threadState.sleeps]) {
    if (Atomics.compareExchange(control, state, from, to) === from) {
      Atomics.notify(control, state);
      return true;
    }
  }
  return false;
}
