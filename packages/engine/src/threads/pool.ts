import { startWorker } from '#threads';
import { EngineError } from '../errors.js';
import type { Step } from '../plan/step.js';
import type { Reply, Request } from './protocol.js';
import type { EngineWorker } from './worker.js';

interface Pending {
  readonly resolve: (milliseconds: readonly number[]) => void;
  readonly reject: (error: Error) => void;
  waiting: number;
  milliseconds: readonly number[];
}

/**
 * Threads that run plans together. All of them are workers: the thread that asks stays free. Idle workers sleep in their event
 * loop and keep no process alive. When one is lost, what runs is rejected and the pool is of no more use.
 */
export class ThreadPool {
  readonly size: number;
  readonly #workers: readonly EngineWorker[];
  readonly #control = new Int32Array(new SharedArrayBuffer(8));
  #pending: Pending | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #broken: EngineError | undefined;
  #sessions = 0;

  constructor(size: number) {
    this.size = size;
    this.#workers = Array.from({ length: size }, (_, part) =>
      startWorker({
        reply: (reply) => this.#answered(part, reply),
        lost: (reason) => this.#lost(reason),
      }),
    );
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
   * @throws EngineError `worker-lost`
   */
  run(session: number, timed: boolean): Promise<readonly number[]> {
    const next = this.#queue.then(() => this.#start(session, timed));
    this.#queue = next.catch(() => undefined);
    return next;
  }

  #start(session: number, timed: boolean): Promise<readonly number[]> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    const arrived = Atomics.load(this.#control, 0);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject, waiting: this.size, milliseconds: [] };
      this.#workers.forEach((worker, part) => {
        worker.hold(true);
        const { size: parts } = this;
        worker.post({ kind: 'run', session, part, parts, control: this.#control, arrived, timed });
      });
    });
  }

  #answered(part: number, reply: Reply): void {
    if (reply.kind === 'failed') {
      // The thread that failed first says why; the others only that another did.
      if (reply.message !== 'another thread failed') this.#lost(reply.message);
      return;
    }
    const pending = this.#pending;
    if (pending === undefined) return;
    if (part === 0) pending.milliseconds = reply.milliseconds;
    if (--pending.waiting > 0) return;
    this.#settle();
    pending.resolve(pending.milliseconds);
  }

  #lost(reason: string): void {
    if (this.#broken !== undefined) return;
    this.#broken = new EngineError('worker-lost', `A thread of the engine was lost: ${reason}. Make a new backend.`);
    Atomics.store(this.#control, 1, 1);
    Atomics.notify(this.#control, 0);
    const pending = this.#pending;
    this.#settle();
    pending?.reject(this.#broken);
  }

  #settle(): void {
    this.#pending = undefined;
    for (const worker of this.#workers) worker.hold(false);
  }

  #post(request: Request): void {
    if (this.#broken !== undefined) throw this.#broken;
    for (const worker of this.#workers) worker.post(request);
  }

  async stop(): Promise<void> {
    this.#broken ??= new EngineError('worker-lost', 'The threads of the engine were stopped.');
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}
