import type { ProcessMemory } from '../memory.js';
import type { Loaded, Task } from '../protocol.js';

/** A cell from outside: a process or a browser that loads one network and runs it. Every call rejects where the cell fails. */
export interface Host {
  /** The process under which all its work is done. */
  readonly pid: number;
  load(task: Task): Promise<Loaded>;
  /** Milliseconds of each run. */
  run(runs: number): Promise<readonly number[]>;
  /** Of the process that computes. */
  memory(): Promise<ProcessMemory | undefined>;
  close(): Promise<void>;
}
