import { Worker } from 'node:worker_threads';
import { ImageError, type ImageErrorCode, invalidArgument, PreprocessingError } from '../../errors.js';
import { SampleError } from '../errors.js';
import type { Executor, Outcome } from '../executor.js';
import type { Preparation } from '../prepare.js';
import type { RawSample } from '../types.js';
import type { ErrorData, Job, JobResult, WorkerSetup } from './protocol.js';

/** Groups that each worker has: one that it works on and one that waits, so that it never stands still. */
const JOBS_PER_WORKER = 2;

/** More than any machine has cores; a mistaken number must not start a thousand threads. */
const MAX_WORKERS = 256;

export interface PoolOptions {
  /**
   * Whether samples are kept until their results are there, so that those which a dead worker had can be prepared by
   * another; otherwise their bytes are handed over and the group is lost with its worker.
   */
  readonly keepSamples: boolean;
  /** The worker's file; `worker.js` beside this one where absent. */
  readonly script?: URL;
  /** Flags of Node for the workers. */
  readonly execArgv?: string[];
}

interface Running {
  readonly job: Job;
  readonly resolve: (outcomes: Outcome[]) => void;
  readonly reject: (error: Error) => void;
  /** Outcomes of samples that killed a worker. */
  readonly dead: Map<number, SampleError>;
}

/** One thread and what it has to do. */
interface Slot {
  worker: Worker;
  progress: Int32Array;
  readonly running: Map<number, Running>;
}

/** Prepares samples in worker threads. Idle workers do not keep the process alive. */
export function createWorkerPool(workers: number, options: PoolOptions): Executor {
  if (!(Number.isInteger(workers) && workers > 0 && workers <= MAX_WORKERS)) {
    throw invalidArgument(`workers must be an integer from 0 to ${MAX_WORKERS}, got ${workers}`);
  }
  const slots: Slot[] = [];
  let nextId = 1;
  let closed = false;

  function start(slot: Omit<Slot, 'worker' | 'progress'> & Partial<Slot>): Slot {
    const progress = new SharedArrayBuffer(8);
    const worker = new Worker(options.script ?? new URL('./worker.js', import.meta.url), {
      workerData: { progress } satisfies WorkerSetup,
      name: 'convzoo data',
      ...(options.execArgv ? { execArgv: options.execArgv } : {}),
    });
    const started = Object.assign(slot, { worker, progress: new Int32Array(progress) });
    let reason: unknown;
    worker.on('message', (result: JobResult) => finish(started, result));
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', (code) => {
      if (started.worker === worker && !closed) bury(started, reason ?? new Error(`it left with code ${code}`));
    });
    return started;
  }

  function post(slot: Slot, running: Running): void {
    slot.running.set(running.job.id, running);
    slot.worker.ref();
    const left = running.job.samples.filter((_, n) => !running.dead.has(n));
    const job = { ...running.job, samples: left };
    slot.worker.postMessage(job, options.keepSamples ? [] : wholeBuffers(left));
  }

  function finish(slot: Slot, { id, outcomes }: JobResult): void {
    const running = slot.running.get(id);
    // A last message may come while the worker is being stopped.
    if (!running || closed) return;
    slot.running.delete(id);
    if (slot.running.size === 0) slot.worker.unref();
    const alive = outcomes.map(fromWorker);
    running.resolve(
      running.job.samples.map((_, n) => {
        const error = running.dead.get(n);
        return error ? { error } : (alive.shift() as Outcome);
      }),
    );
  }

  /** A worker is gone. What it had is given to a new one but for the sample that it was at, or is lost. */
  function bury(slot: Slot, reason: unknown): void {
    const [id, n] = [Atomics.load(slot.progress, 0), Atomics.load(slot.progress, 1)];
    const lost = [...slot.running.values()];
    slot.running.clear();
    const current = lost.find(({ job }) => job.id === id);
    const left = current?.job.samples.map((sample, at) => ({ sample, at })).filter(({ at }) => !current.dead.has(at));
    const culprit = left?.[n];
    const name = culprit?.sample.name ?? lost[0]?.job.samples[0]?.name ?? 'no sample';
    const message = reason instanceof Error ? reason.message : String(reason);
    const error = new SampleError('worker-died', name, `the worker that prepared it died: ${message}`, {
      cause: reason,
    });
    if (!(options.keepSamples && current && culprit)) {
      const place = slots.indexOf(slot);
      if (place >= 0) slots.splice(place, 1);
      for (const { reject } of lost) reject(error);
      return;
    }
    current.dead.set(culprit.at, error);
    start(slot);
    for (const running of lost) post(slot, running);
  }

  /** The worker with the least to do; they are started when there is work for them. */
  function choose(): Slot {
    const idle = slots.find(({ running }) => running.size === 0);
    if (idle) return idle;
    if (slots.length < workers) {
      const slot = start({ running: new Map() });
      slots.push(slot);
      return slot;
    }
    return slots.reduce((least, slot) => (slot.running.size < least.running.size ? slot : least));
  }

  return {
    capacity: workers * JOBS_PER_WORKER,
    run(samples: readonly RawSample[], preparation: Preparation) {
      if (closed) return Promise.reject(invalidArgument('the workers are closed already'));
      if (samples.length === 0) return Promise.resolve([]);
      return new Promise<Outcome[]>((resolve, reject) => {
        const job = { id: nextId, samples, preparation };
        nextId = (nextId % 0x7fffffff) + 1;
        post(choose(), { job, resolve, reject, dead: new Map() });
      });
    },
    async close() {
      closed = true;
      await Promise.all(
        slots.map(({ worker }) => {
          // An idle worker does not keep the process alive, and so neither would waiting for its end.
          worker.ref();
          return worker.terminate();
        }),
      );
    },
  };
}

/** Buffers that hold one sample and nothing else: they can be handed over. Node keeps small ones in a common pool. */
function wholeBuffers(samples: readonly RawSample[]): ArrayBuffer[] {
  const whole = samples.filter(({ bytes }) => bytes.byteLength === bytes.buffer.byteLength);
  return [...new Set(whole.map(({ bytes }) => bytes.buffer as ArrayBuffer))];
}

function fromWorker(outcome: JobResult['outcomes'][number]): Outcome {
  return 'error' in outcome ? { error: revive(outcome.error) } : outcome;
}

/** The class of the error that was thrown in the worker, as far as it is one of ours. */
function revive({ name, code, message }: ErrorData): Error {
  if (name === 'ImageError') return new ImageError(code as ImageErrorCode, message);
  if (code !== undefined) return new PreprocessingError(code, message);
  const error = new Error(message);
  error.name = name;
  return error;
}
