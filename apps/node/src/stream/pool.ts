import { Worker } from 'node:worker_threads';
import type { Preset } from '@convzoo/preprocessing';
import type { Picture } from './picture.js';
import type { Outcome, Preparer } from './prepare.js';
import type { Job, JobResult, WorkerSetup } from './protocol.js';

/**
 * Of a worker's heap for new objects, in MB: three parts of 1. With V8's own 48 it takes 10 to 20 MB more, for strings and the like;
 * pixels are not in it.
 */
const YOUNG_GENERATION = 3;

/** Pictures that each worker has: one that it works on and one that waits, so that it never stands still. */
const JOBS_PER_WORKER = 2;

interface Waiting {
  readonly job: Job;
  readonly resolve: (outcome: Outcome) => void;
}

interface Slot {
  worker: Worker;
  /** In the order in which they were sent: the first is the one that is worked on. */
  readonly waiting: Map<number, Waiting>;
}

/**
 * Prepares pictures in worker threads. A picture that kills its worker is a failure; the others go to a new one.
 *
 * @param script the worker's file; others than our own are for tests
 */
export function workerPreparer(
  workers: number,
  preset: Preset,
  script = new URL('./worker.js', import.meta.url),
): Preparer {
  const slots: Slot[] = [];
  let [nextId, closed] = [1, false];

  const post = ({ worker, waiting }: Slot, entry: Waiting): void => {
    waiting.set(entry.job.id, entry);
    worker.postMessage(entry.job);
  };

  function start(slot: Omit<Slot, 'worker'> & Partial<Slot>): Slot {
    const worker = new Worker(script, {
      workerData: { preset } satisfies WorkerSetup,
      name: 'convzoo pictures',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
    });
    const started = Object.assign(slot, { worker });
    let reason = 'it ended';
    worker.on('message', ({ id, outcome }: JobResult) => {
      started.waiting.get(id)?.resolve(outcome);
      started.waiting.delete(id);
    });
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.on('exit', () => {
      if (started.worker === worker && !closed) bury(started, reason);
    });
    return started;
  }

  function bury(slot: Slot, reason: string): void {
    const [culprit, ...others] = slot.waiting.values();
    slot.waiting.clear();
    if (culprit === undefined) {
      // It had nothing to do; another is started when there is something.
      slots.splice(slots.indexOf(slot), 1);
      return;
    }
    const message = `${culprit.job.picture.name}: the worker that decoded it died: ${reason}`;
    culprit.resolve({ failure: { code: 'worker-died', message } });
    start(slot);
    for (const entry of others) post(slot, entry);
  }

  function choose(): Slot {
    const idle = slots.find(({ waiting }) => waiting.size === 0);
    if (idle !== undefined) return idle;
    if (slots.length >= workers) return slots.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
    const slot = start({ waiting: new Map() });
    slots.push(slot);
    return slot;
  }

  return {
    capacity: workers * JOBS_PER_WORKER,
    prepare: (picture: Picture) =>
      new Promise<Outcome>((resolve) => post(choose(), { job: { id: nextId++, picture }, resolve })),
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all(slots.map(({ worker }) => worker.terminate()));
    },
  };
}
