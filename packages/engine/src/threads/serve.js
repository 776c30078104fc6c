// What a worker of the engine does. Plain JavaScript, so that a worker can be started from the sources as from the build.

/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Reply} Reply */
/** @typedef {Record<string, (...args: number[]) => void>} Kernels */

/** Turns of the loop before a thread sleeps: some hundred microseconds, longer than the parts of a step differ. */
const SPINS = 30_000;

/**
 * Waits until all parts have come to this barrier.
 *
 * @param {Int32Array} control arrivals, and whether a part failed
 * @param {number} target arrivals at which all are there
 */
function barrier(control, target) {
  if (((Atomics.add(control, 0, 1) + 1 - target) | 0) >= 0) {
    Atomics.notify(control, 0);
    return;
  }
  for (let i = 0; i < SPINS; i++) if (((Atomics.load(control, 0) - target) | 0) >= 0) return;
  for (;;) {
    const seen = Atomics.load(control, 0);
    if (((seen - target) | 0) >= 0) return;
    if (Atomics.load(control, 1) !== 0) throw new Error('another thread failed');
    // A thread that fails wakes nobody that is not asleep yet, so sleep is never long.
    Atomics.wait(control, 0, seen, 100);
  }
}

/**
 * Answers requests.
 *
 * @param {(reply: Reply) => void} reply
 * @returns {(request: Request) => void}
 */
export function serve(reply) {
  /** @type {Map<number, { kernels: Kernels, steps: readonly import('../plan/step.js').Step[] }>} */
  const sessions = new Map();
  reply({ kind: 'ready' });
  return (request) => {
    switch (request.kind) {
      case 'open': {
        const instance = new WebAssembly.Instance(request.module, { env: { memory: request.memory } });
        sessions.set(request.session, { kernels: /** @type {Kernels} */ (instance.exports), steps: [] });
        break;
      }
      case 'plan': {
        const session = sessions.get(request.session);
        if (session !== undefined) session.steps = request.steps;
        break;
      }
      case 'close':
        sessions.delete(request.session);
        break;
      case 'run':
        run(request);
        break;
    }
  };

  /** @param {Extract<Request, { kind: 'run' }>} request */
  function run({ session, part, parts, control, arrived, timed }) {
    try {
      const found = sessions.get(session);
      if (found === undefined) throw new Error(`there is no session ${session}`);
      const { kernels, steps } = found;
      /** @type {number[]} */
      const milliseconds = [];
      let target = arrived;
      for (const { kernel, args } of steps) {
        const start = timed ? performance.now() : 0;
        const compute = kernels[kernel];
        if (compute === undefined) throw new Error(`there is no kernel ${kernel}`);
        compute(...args, part, parts);
        target = (target + parts) | 0;
        barrier(control, target);
        if (timed) milliseconds.push(performance.now() - start);
      }
      reply({ kind: 'done', milliseconds });
    } catch (error) {
      Atomics.store(control, 1, 1);
      Atomics.notify(control, 0);
      reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }
}
