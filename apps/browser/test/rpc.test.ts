import { ConvzooError } from '@convzoo/layers';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../src/compute/rpc/client.js';
import { type Call, type Client, type Port, transferring } from '../src/compute/rpc/protocol.js';
import { serve } from '../src/compute/rpc/serve.js';
import { AppError } from '../src/errors/app-error.js';

const seen: { aborted: boolean } = { aborted: false };

const service = {
  add: ({ a, b }: { a: number; b: number }) => a + b,
  async steps(count: number, { progress }: Call<number>) {
    for (let i = 1; i <= count; i++) progress(i);
    return count;
  },
  fail(code: string): never {
    throw new ConvzooError(code, 'it says what to do');
  },
  wait: (_: undefined, { signal }: Call) =>
    new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => {
        seen.aborted = true;
        resolve();
      }),
    ),
  numbers: () => {
    const data = new Float32Array([1, 2, 3]);
    return transferring({ data }, [data.buffer]);
  },
  length: (data: Float32Array) => data.length,
};

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function connected() {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serve(service, port2 as unknown as Port);
  const connection = connect<typeof service>(port1 as unknown as Port);
  port1.start();
  port2.start();
  return connection;
}

describe('calls between threads', () => {
  const start = (): Client<typeof service> => connected().client;

  it('give results and progress', async () => {
    const client = start();
    expect(await client.add({ a: 1, b: 2 })).toBe(3);
    const heard: number[] = [];
    expect(await client.steps(3, { onProgress: (step) => heard.push(step) })).toBe(3);
    expect(heard).toEqual([1, 2, 3]);
  });

  it('reject with the code and message of what was thrown', async () => {
    await expect(start().fail('no-simd')).rejects.toMatchObject({ code: 'no-simd', message: 'it says what to do' });
  });

  it('reject where there is no such method, that of every object included', async () => {
    const client = start() as unknown as Record<string, () => Promise<unknown>>;
    await expect(client['nothing']?.()).rejects.toThrow('no method nothing');
    await expect(client['toString']?.()).rejects.toThrow('no method toString');
  });

  it('are given up at once, and the service is told', async () => {
    seen.aborted = false;
    const controller = new AbortController();
    const waiting = start().wait(undefined, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    await expect.poll(() => seen.aborted).toBe(true);
  });

  it('reject all that wait, and all that comes, where the worker is lost', async () => {
    const { client, lose } = connected();
    const waiting = client.wait(undefined);
    lose(new AppError('compute-lost', 'lost'));
    await expect(waiting).rejects.toMatchObject({ code: 'compute-lost' });
    await expect(client.add({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'compute-lost' });
  });

  it('move arrays both ways', async () => {
    const client = start();
    expect([...(await client.numbers()).data]).toEqual([1, 2, 3]);
    const mine = new Float32Array(5);
    expect(await client.length(mine, { transfer: [mine.buffer] })).toBe(5);
    expect(mine.length).toBe(0);
  });

  it('reject what cannot be cloned', async () => {
    const client = start() as unknown as { add(input: unknown): Promise<number> };
    await expect(client.add(() => 1)).rejects.toThrow();
  });

  it('do not make the client look like a promise', async () => {
    const client = start();
    expect(await Promise.resolve(client)).toBe(client);
  });
});
