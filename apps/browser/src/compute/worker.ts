import { plainError } from '../errors/plain-error.js';
import { ComputeContext } from './context.js';
import { serve } from './rpc/serve.js';
import { type ServiceName, services } from './services.js';
import type { OpenRequest } from './worker-protocol.js';

// The worker that computes. The page opens a port for each service; everything they share is in one context.
const context = new ComputeContext();

self.addEventListener('message', async ({ data, ports: [port] }: MessageEvent<OpenRequest>) => {
  if (port === undefined) return;
  const service = await open(data.service).catch((error: unknown) => failing(error));
  serve(service, port);
  port.start();
});

async function open(name: ServiceName) {
  return (await services[name]()).createService(context);
}

/** A service that cannot be loaded (offline, before it was kept) answers every call with the reason. */
function failing(error: unknown): Record<string, () => never> {
  const fail = (): never => {
    throw Object.assign(new Error(plainError(error).message), { code: 'page-not-loaded' });
  };
  return new Proxy({}, { get: () => fail, getOwnPropertyDescriptor: () => ({ configurable: true, value: fail }) });
}
