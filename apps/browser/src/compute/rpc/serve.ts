import { plainError } from '../../errors/plain-error.js';
import { type Port, type Reply, type Request, type Service, transfersOf } from './protocol.js';

/** Answers the calls that come through a port by a service. */
export function serve(service: Service, port: Port): void {
  const running = new Map<number, AbortController>();
  const post = (reply: Reply, transfer: Transferable[] = []): void => port.postMessage(reply, transfer);

  async function answer({ id, method, input }: Extract<Request, { kind: 'call' }>): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const run = Object.hasOwn(service, method) ? service[method] : undefined;
      if (run === undefined) throw new TypeError(`the service has no method ${method}`);
      const progress = (value: unknown): void => post({ kind: 'progress', id, value });
      const value: unknown = await run(input, { signal: controller.signal, progress });
      post({ kind: 'result', id, value }, transfersOf(value));
    } catch (error) {
      post({ kind: 'error', id, error: plainError(error) });
    } finally {
      running.delete(id);
    }
  }

  port.addEventListener('message', ({ data }) => {
    const request = data as Request;
    if (request.kind === 'abort') running.get(request.id)?.abort();
    else void answer(request);
  });
}
