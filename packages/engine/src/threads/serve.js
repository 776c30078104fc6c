// What a worker of the engine does. Plain JavaScript, so that a worker can be started from the sources as from the build.

/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Reply} Reply */
/** @typedef {Record<string, (...args: number[]) => void>} Kernels */

// Places of the control block, beside those of a state for each thread behind them (protocol.ts).
const ARRIVALS = 0;
const FAILED = 1;
const SESSION = 2;
const ARRIVED = 3;
const TIMED = 4;
const STATES = 5;
const HOME = 0;
const RUNS = 1;
const SLEEPS = 2;
const TOLD = 3;

/** Milliseconds for which a thread sleeps after a run until the next: to be woken takes less time than a message. */
const LINGER = 100;

/** Turns of the loop before a thread sleeps: some hundred microseconds, longer than the parts of a step differ. */
const SPINS = 30_000;

/**
 * Waits until all parts have come to this barrier.
 *
 * @param {Int32Array} control
 * @param {number} target arrivals at which all are there
 * @returns {boolean} whether this one came last
 */
function barrier(control, target) {
  if (((Atomics.add(control, ARRIVALS, 1) + 1 - target) | 0) >= 0) {
    Atomics.notify(control, ARRIVALS);
    return true;
  }
  for (let i = 0; i < SPINS; i++) if (((Atomics.load(control, ARRIVALS) - target) | 0) >= 0) return false;
  for (;;) {
    const seen = Atomics.load(control, ARRIVALS);
    if (((seen - target) | 0) >= 0) return false;
    if (Atomics.load(control, FAILED) !== 0) throw new Error('another thread failed');
    // A thread that fails wakes nobody that is not asleep yet, so sleep is never long.
    Atomics.wait(control, ARRIVALS, seen, 100);
  }
}

/**
 * Sleeps until the next run, a message or the end of patience; whoever told it meanwhile is heard at once.
 *
 * @param {Int32Array} control
 * @param {number} state place of this thread's
 * @returns {boolean} whether there is a run
 */
function linger(control, state) {
  if (Atomics.compareExchange(control, state, RUNS, SLEEPS) === RUNS) {
    Atomics.wait(control, state, SLEEPS, LINGER);
    Atomics.compareExchange(control, state, SLEEPS, HOME);
  }
  return Atomics.load(control, state) === TOLD;
}

/**
 * What is said of a message that could not be read.
 *
 * @param {string} reason
 * @returns {Reply}
 */
export const unread = (reason) => ({ kind: 'failed', message: `a message to it could not be read: ${reason}` });

/**
 * Answers requests.
 *
 * @param {(reply: Reply) => void} reply
 * @returns {(request: Request) => void}
 */
export function serve(reply) {
  /** @type {Map<number, { memory: WebAssembly.Memory, kernels: Kernels, steps: readonly import('../plan/step.js').Step[] }>} */
  const sessions = new Map();
  reply({ kind: 'ready' });
  return (request) => {
    switch (request.kind) {
      case 'open': {
        const { module, memory } = request;
        const { exports } = new WebAssembly.Instance(module, { env: { memory } });
        sessions.set(request.session, { memory, kernels: /** @type {Kernels} */ (exports), steps: [] });
        break;
      }
      case 'plan': {
        const session = sessions.get(request.session);
        if (session !== undefined) {
          // V8 misses a growth while this thread receives the memory, and bulk operations trap beyond the size that it knows.
          session.memory.grow(0);
          session.steps = request.steps;
        }
        break;
      }
      case 'close':
        sessions.delete(request.session);
        break;
      case 'run': {
        const { control, part } = request;
        const state = STATES + part;
        do {
          Atomics.store(control, state, RUNS);
          const [session, arrived] = [Atomics.load(control, SESSION), Atomics.load(control, ARRIVED)];
          if (!run(session, arrived, Atomics.load(control, TIMED) !== 0, request)) return;
        } while (linger(control, state));
        break;
      }
    }
  };

  /**
   * @param {number} session
   * @param {number} arrived arrivals before this run
   * @param {boolean} timed
   * @param {Extract<Request, { kind: 'run' }>} place
   * @returns {boolean} whether it ended well
   */
  function run(session, arrived, timed, { part, parts, control }) {
    try {
      const found = sessions.get(session);
      if (found === undefined) throw new Error(`there is no session ${session}`);
      const { kernels, steps } = found;
      /** @type {number[]} */
      const milliseconds = [];
      let target = arrived;
      let last = false;
      for (const { kernel, args } of steps) {
        const start = timed ? performance.now() : 0;
        const compute = kernels[kernel];
        if (compute === undefined) throw new Error(`there is no kernel ${kernel}`);
        compute(...args, part, parts);
        target = (target + parts) | 0;
        last = barrier(control, target);
        if (timed) milliseconds.push(performance.now() - start);
      }
      // Nobody may be told to run again before all have read what to run.
      if (steps.length === 0) last = barrier(control, target + parts);
      // One speaks for all: who came last, or who has the times.
      if (timed ? part === 0 : last) reply({ kind: 'done', milliseconds });
      return true;
    } catch (error) {
      Atomics.store(control, FAILED, 1);
      Atomics.notify(control, ARRIVALS);
      reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }
}
