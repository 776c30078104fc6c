import { startWorker } from '#threads';
import { EngineError } from '../errors.js';
import type { Step } from '../plan/step.js';
import { control, type Reply, type Request } from './protocol.js';
import { tellByMail, tellToRun } from './tell.js';
import type { EngineWorker, StartWorker } from './worker.js';

interface Pending {
  readonly resolve: (milliseconds: readonly number[]) => void;
  readonly reject: (error: Error) => void;
  waiting: number;
  milliseconds: readonly number[];
}

/** Milliseconds in which a thread must have started: many times what a slow network and a busy machine take. */
const PATIENCE = 60_000;

/**
 * Threads that run plans together. All of them are workers: the thread that asks stays free. Idle workers sleep in their event
 * loop and keep no process alive. When one is lost, what runs is rejected, the others are stopped and the pool is of no more use.
 */
export class ThreadPool {
  readonly size: number;
  readonly #workers: EngineWorker[] = [];
  readonly #control: Int32Array;
  #starting: Pending | undefined;
  #running: Pending | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #broken: EngineError | undefined;
  #sessions = 0;
  /** Whether threads were sent messages since the last run, which they must read before the next. */
  #hasMail = false;

  private constructor(size: number) {
    this.size = size;
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (control.states + size)));
  }

  /**
   * A pool whose threads have all started.
   *
   * @throws EngineError `no-threads` where one cannot start, or does not within `patience` milliseconds
   */
  static async start(size: number, start: StartWorker = startWorker, patience = PATIENCE): Promise<ThreadPool> {
    const pool = new ThreadPool(size);
    const timer = setTimeout(() => pool.#lost(`one has not answered for ${patience / 1000} s`), patience);
    try {
      await pool.#startAll(start);
    } catch (cause) {
      await pool.stop();
      const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
      throw new EngineError(
        'no-threads',
        `The engine could not start ${size} threads: ${reason}. Allow workers (a Content-Security-Policy needs worker-src), or use 1 thread.`,
        { cause },
      );
    } finally {
      clearTimeout(timer);
    }
    return pool;
  }

  #startAll(start: StartWorker): Promise<unknown> {
    const started = this.#all(this.size, (pending) => {
      this.#starting = pending;
    });
    // Not awaited where the next lines throw.
    started.catch(() => undefined);
    for (let part = 0; part < this.size; part++) {
      const worker = start({
        reply: (reply) => this.#answered(reply),
        lost: (reason) => this.#lost(reason),
      });
      this.#workers.push(worker);
      worker.hold(true);
    }
    return started;
  }

  /** Until `replies` have come. */
  #all(replies: number, begin: (pending: Pending) => void): Promise<readonly number[]> {
    return new Promise((resolve, reject) => begin({ resolve, reject, waiting: replies, milliseconds: [] }));
  }

  open(module: WebAssembly.Module, memory: WebAssembly.Memory): number {
    const session = this.#sessions++;
    this.#post({ kind: 'open', session, module, memory });
    return session;
  }

  plan(session: number, steps: readonly Step[]): void {
    this.#post({ kind: 'plan', session, steps });
  }

  close(session: number): void {
    if (this.#broken === undefined) this.#post({ kind: 'close', session });
  }

  /**
   * Runs a session's plan, one after another; milliseconds of each step where they are wanted.
   *
   * @throws EngineError `worker-lost`, `backend-disposed`
   */
  run(session: number, timed: boolean): Promise<readonly number[]> {
    const next = this.#queue.then(() => this.#start(session, timed));
    this.#queue = next.catch(() => undefined);
    return next;
  }

  #start(session: number, timed: boolean): Promise<readonly number[]> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    const hasMail = this.#hasMail;
    this.#hasMail = false;
    return this.#all(1, (pending) => {
      this.#running = pending;
      for (const worker of this.#workers) worker.hold(true);
      const { size: parts } = this;
      this.#telling(() =>
        tellToRun(this.#control, parts, { session, timed }, hasMail, (part) =>
          this.#workers[part]?.post({ kind: 'run', part, parts, control: this.#control }),
        ),
      );
    });
  }

  #answered(reply: Reply): void {
    if (reply.kind === 'failed') {
      // The thread that failed first says why; the others only that another did.
      if (reply.message !== 'another thread failed') this.#lost(reply.message);
      return;
    }
    const pending = reply.kind === 'ready' ? this.#starting : this.#running;
    if (pending === undefined) return;
    if (reply.kind === 'done') pending.milliseconds = reply.milliseconds;
    if (--pending.waiting > 0) return;
    this.#settle();
    pending.resolve(pending.milliseconds);
  }

  #lost(reason: string): void {
    this.#starting?.reject(new Error(reason));
    this.#end(new EngineError('worker-lost', `A thread of the engine was lost: ${reason}. Make a new backend.`));
    this.#stopWorkers().catch(() => undefined);
  }

  /** From now on everything is refused with `error`, also what waits. */
  #end(error: EngineError): void {
    if (this.#broken !== undefined) return;
    this.#broken = error;
    // Threads that wait for one that is lost must not do so for ever.
    Atomics.store(this.#control, control.failed, 1);
    Atomics.notify(this.#control, control.arrivals);
    const pending = [this.#starting, this.#running];
    this.#settle();
    for (const each of pending) each?.reject(error);
  }

  #settle(): void {
    this.#starting = undefined;
    this.#running = undefined;
    for (const worker of this.#workers) worker.hold(false);
  }

  #post(request: Request): void {
    if (this.#broken !== undefined) throw this.#broken;
    this.#hasMail = true;
    this.#telling(() => tellByMail(this.#control, this.size, (part) => this.#workers[part]?.post(request)));
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** A message that cannot be sent, e.g. for want of memory, is one that some threads have and others not. */
  #telling(tell: () => void): void {
    try {
      tell();
    } catch (cause) {
      this.#lost(`a message to it could not be sent: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }

  #stopWorkers(): Promise<unknown> {
    return Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  /** Ends the threads; what they run is rejected. */
  async stop(): Promise<void> {
    this.#end(new EngineError('backend-disposed', 'The backend was disposed, and its threads ended. Make a new one.'));
    await this.#stopWorkers();
  }
}
