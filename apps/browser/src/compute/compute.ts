import { AppError } from '../errors/app-error.js';
import { type Connection, connect } from './rpc/client.js';
import type { Call, CallOptions, Client } from './rpc/protocol.js';
import type { ServiceName, Services } from './services.js';
import type { OpenRequest } from './worker-protocol.js';

type Method = (input: unknown, call: Call<unknown>) => unknown;
type AnyConnection = Connection<Record<string, Method>>;

let worker: Worker | undefined;
let connections = new Map<ServiceName, AnyConnection>();

/**
 * A service of the worker: `await service('classify').classify(input, { signal, onProgress })`. The worker starts with the
 * first call, and anew with the next one after it was lost; whoever waited then gets the error `compute-lost`.
 */
export function service<Name extends ServiceName>(name: Name): Client<Services[Name]> {
  return new Proxy({} as Client<Services[Name]>, {
    get: (_, method) =>
      typeof method === 'symbol' || method === 'then'
        ? undefined
        : async (input: unknown, options?: CallOptions<unknown>) => connection(name).client[method]?.(input, options),
  });
}

function connection(name: ServiceName): AnyConnection {
  const there = connections.get(name);
  if (there !== undefined) return there;
  worker ??= start();
  const { port1, port2 } = new MessageChannel();
  const connected = connect<Record<string, Method>>(port1);
  port1.start();
  connections.set(name, connected);
  const request: OpenRequest = { service: name };
  worker.postMessage(request, [port2]);
  return connected;
}

function start(): Worker {
  const started = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'compute' });
  started.addEventListener('error', (event) => {
    event.preventDefault();
    lose(event.message || 'it could not start');
  });
  return started;
}

function lose(reason: string): void {
  const error = new AppError('compute-lost', `The worker that computes was lost: ${reason}`);
  for (const connected of connections.values()) connected.lose(error);
  connections = new Map();
  worker?.terminate();
  worker = undefined;
}

/** Ends the worker and frees everything in it; the next call starts another. */
export function restartCompute(): void {
  lose('it was ended to free its memory');
}
