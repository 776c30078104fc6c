import { AppError } from '../../errors/app-error.js';
import { fromPlain } from '../../errors/plain-error.js';
import type { CallOptions, Client, Port, Reply, Request } from './protocol.js';

interface Pending {
  resolve(value: never): void;
  reject(error: Error): void;
  readonly onProgress?: ((value: never) => void) | undefined;
}

/** A connection that can be lost: what waits for an answer is rejected then, and so is what is asked later. */
export interface Connection<S> {
  readonly client: Client<S>;
  lose(error: Error): void;
}

/** Calls a service through a port. Aborting a call rejects it at once; the service is told, and may go on or not. */
export function connect<S>(port: Port): Connection<S> {
  const pending = new Map<number, Pending>();
  let calls = 0;
  let lost: Error | undefined;
  const post = (request: Request, transfer: Transferable[] = []): void => port.postMessage(request, transfer);

  function call(method: string, input: unknown, options: CallOptions<never> = {}): Promise<unknown> {
    const { signal, onProgress, transfer = [] } = options;
    if (lost !== undefined) return Promise.reject(lost);
    if (signal?.aborted === true) return Promise.reject(aborted());
    const id = calls++;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        if (!pending.delete(id)) return;
        post({ kind: 'abort', id });
        reject(aborted());
      };
      const settle = (): void => signal?.removeEventListener('abort', abort);
      pending.set(id, {
        onProgress,
        resolve(value) {
          settle();
          resolve(value);
        },
        reject(error) {
          settle();
          reject(error);
        },
      });
      signal?.addEventListener('abort', abort, { once: true });
      try {
        post({ kind: 'call', id, method, input }, [...transfer]);
      } catch (error) {
        // What cannot be cloned.
        pending.delete(id);
        settle();
        reject(error);
      }
    });
  }

  port.addEventListener('message', ({ data }) => {
    const reply = data as Reply;
    const waiting = pending.get(reply.id);
    if (waiting === undefined) return; // Aborted meanwhile.
    if (reply.kind === 'progress') {
      waiting.onProgress?.(reply.value as never);
      return;
    }
    pending.delete(reply.id);
    if (reply.kind === 'result') waiting.resolve(reply.value as never);
    else waiting.reject(fromPlain(reply.error));
  });

  const client = new Proxy({} as Client<S>, {
    // A promise asks an object for `then` to see whether it is one.
    get: (_, method) =>
      typeof method === 'symbol' || method === 'then'
        ? undefined
        : (input: unknown, options?: CallOptions<never>) => call(method, input, options),
  });
  return {
    client,
    lose(error) {
      lost = error;
      for (const waiting of pending.values()) waiting.reject(error);
      pending.clear();
    },
  };
}

const aborted = (): AppError => new AppError('aborted', 'The call was given up.');
