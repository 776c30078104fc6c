import type { Task } from '../protocol.js';

/** A network that is ready to run. */
export interface Running {
  readonly description: string;
  /** How it takes maps: channels last by default. What users have in that order is not converted in each run. */
  readonly layout?: 'channels-first' | undefined;
  /**
   * @param input not to be changed
   * @returns an array of its own, read back to JavaScript
   */
  run(input: Float32Array): Promise<Float32Array>;
}

/** How a library loads and runs a network. `source` makes or fetches what it starts from and is not timed; `load` is. */
export interface Runtime<Source> {
  source(task: Task): Promise<Source>;
  load(task: Task, source: Source): Promise<Running>;
}

/** A runtime with its source hidden: two calls, the second of which is timed. */
export type Loader = (task: Task) => Promise<() => Promise<Running>>;

export function loader<Source>(runtime: Runtime<Source>): Loader {
  return async (task) => {
    let source: Source | undefined = await runtime.source(task);
    return () => {
      const taken = source as Source;
      // Not held while the network runs: peak memory is the runtime's, not ours.
      source = undefined;
      return runtime.load(task, taken);
    };
  };
}
