import type { Reply, Request } from './protocol.js';

/** A thread, as Node and pages have it alike. */
export interface EngineWorker {
  post(request: Request): void;
  /** Whether it keeps the process alive; pages have no such thing. */
  hold(alive: boolean): void;
  stop(): Promise<void>;
}

export interface WorkerEvents {
  reply(reply: Reply): void;
  /** It could not start, or died. */
  lost(reason: string): void;
}

export type StartWorker = (events: WorkerEvents) => EngineWorker;
