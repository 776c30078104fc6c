import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Reply } from './protocol.js';
import type { StartWorker } from './worker.js';

/** Threads that this process may use at once. */
export const processors = (): number => availableParallelism();

/** Shared memory is there unless a flag took it away. */
export const whyNoThreads = (): string | undefined =>
  typeof SharedArrayBuffer === 'undefined' ? 'Node was started without SharedArrayBuffer' : undefined;

export const startWorker: StartWorker = ({ reply, lost }) => {
  // Flags of this process are not for it: they may name a script or a loader.
  const worker = new Worker(new URL('./worker.node.js', import.meta.url), { name: 'convzoo engine', execArgv: [] });
  worker.unref();
  let stopped = false;
  worker.on('message', (message: Reply) => reply(message));
  worker.on('error', (error) => lost(error.message));
  worker.on('messageerror', (error) => lost(error.message));
  worker.on('exit', (code) => {
    if (!stopped) lost(`it ended with code ${code}`);
  });
  return {
    post: (request) => worker.postMessage(request),
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    async stop() {
      stopped = true;
      await worker.terminate();
    },
  };
};
