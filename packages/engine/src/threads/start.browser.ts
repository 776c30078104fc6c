import type { Reply } from './protocol.js';
import type { StartWorker } from './worker.js';

/** Threads that this page may use at once. */
export const processors = (): number => navigator.hardwareConcurrency ?? 1;

/** Pages have shared memory only where no other origin can look into their process. */
export const whyNoThreads = (): string | undefined =>
  globalThis.crossOriginIsolated
    ? undefined
    : 'the page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';

export const startWorker: StartWorker = ({ reply, lost }) => {
  const worker = new Worker(new URL('./worker.browser.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => reply(data));
  worker.addEventListener('error', (event) => lost(event.message || 'it could not start (a Content-Security-Policy?)'));
  worker.addEventListener('messageerror', () => lost('a message to it could not be read'));
  return {
    post: (request) => worker.postMessage(request),
    hold: () => {},
    stop: async () => worker.terminate(),
  };
};
