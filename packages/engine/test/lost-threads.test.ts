// Threads that die, hang or do not start. Node only: workers are killed from outside.
import { EventEmitter } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { filled, filledParameters } from '../../backend-tfjs/test/support/arrays.js';
import { availableThreads, engineBackend } from '../src/index.js';
import { kernelModule } from '../src/kernels/index.js';
import type { Step } from '../src/plan/step.js';
import { ThreadPool } from '../src/threads/pool.js';
import type { StartWorker } from '../src/threads/worker.js';
import { networkOf } from './support/graphs.js';

const graph = networkOf(['residual', 'shuffle'], [33, 31, 16]);
const params = filledParameters(graph);
const input = filled([4, 33, 31, 3], 5);
const lost = { code: 'worker-lost', message: expect.stringContaining('Make a new backend.') };

/** The workers that are sent something while `work` runs. */
async function workersOf(work: () => Promise<unknown>): Promise<readonly Worker[]> {
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  await work();
  const workers = new Set(posted.mock.contexts as Worker[]);
  posted.mockRestore();
  return [...workers];
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a thread that is lost', () => {
  it.each([0, 1, 2])('while idle: number %i', async (which) => {
    await using backend = await engineBackend({ threads: 3 });
    await using session = await backend.prepare(graph, params);
    const workers = await workersOf(() => session.run(input));
    expect(workers).toHaveLength(3);
    await workers[which]!.terminate();
    await expect(session.run(input)).rejects.toMatchObject(lost);
    await expect(session.run(input)).rejects.toMatchObject(lost);
    await expect(backend.prepare(graph, params)).rejects.toMatchObject(lost);
    await session.dispose();
  });

  it('while running: what runs and what waits is rejected, and all threads end', async () => {
    await using backend = await engineBackend({ threads: 2 });
    await using session = await backend.prepare(graph, params);
    const workers = await workersOf(() => session.run(input));
    const ended = Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))));
    const runs = Promise.allSettled(Array.from({ length: 50 }, () => session.run(input)));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await workers[1]!.terminate();
    const results = await runs;
    expect(results.at(-1)).toMatchObject({ status: 'rejected', reason: lost });
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject(lost);
    await ended;
  });

  it('by a message that it does not get: nobody runs half of a plan', async () => {
    for (const kind of ['plan', 'run'] as const) {
      let started = 0;
      const stopped: number[] = [];
      const start: StartWorker = ({ reply }) => {
        const part = started++;
        queueMicrotask(() => reply({ kind: 'ready' }));
        return {
          post(request) {
            if (part === 1 && request.kind === kind) throw new RangeError('could not be cloned');
          },
          hold: () => {},
          stop: async () => void stopped.push(part),
        };
      };
      const pool = await ThreadPool.start(2, start);
      const session = pool.open({} as WebAssembly.Module, {} as WebAssembly.Memory);
      const unsent = { ...lost, message: expect.stringContaining('could not be sent: could not be cloned') };
      if (kind === 'plan') expect(() => pool.plan(session, [])).toThrow(expect.objectContaining(unsent));
      await expect(pool.run(session, false)).rejects.toMatchObject(unsent);
      expect(stopped.toSorted()).toEqual([0, 1]);
    }
  });

  it('by a message that it cannot read', async () => {
    const port = Object.assign(new EventEmitter(), { postMessage: vi.fn() });
    vi.doMock('node:worker_threads', () => ({ parentPort: port }));
    await import('../src/threads/worker.node.js');
    const page = Object.assign(new EventTarget(), { postMessage: vi.fn() });
    vi.stubGlobal('self', page);
    await import('../src/threads/worker.browser.js');
    vi.doUnmock('node:worker_threads');
    port.emit('messageerror', new Error('no room'));
    page.dispatchEvent(new Event('messageerror'));
    for (const { postMessage } of [port, page]) {
      const unread = { kind: 'failed', message: expect.stringContaining('could not be read') };
      expect(postMessage.mock.calls).toEqual([[{ kind: 'ready' }], [unread]]);
    }
  });

  it('by a trap in a kernel: the reason is given, and nobody waits for ever', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const module = new WebAssembly.Module(kernelModule({ instructions: 'simd', rows: 4, vectors: 2, unroll: 1 }, true));
    const run = async (steps: readonly Step[]): Promise<unknown> => {
      const pool = await ThreadPool.start(2);
      try {
        const session = pool.open(module, memory);
        pool.plan(session, steps);
        return await pool.run(session, true);
      } finally {
        await pool.stop();
      }
    };
    const fine: Step = { kernel: 'relu', path: 'a', args: [0, 0, 16] };
    expect(await run([fine, fine])).toHaveLength(2);
    // Only the last thread's share leaves the memory; the first waits at the barrier.
    const outside: Step = { kernel: 'relu', path: 'a', args: [65_536 - 256, 0, 32] };
    await expect(run([fine, outside])).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('out of bounds'),
    });
    const unknown: Step = { kernel: 'nothing', path: 'a', args: [] };
    await expect(run([unknown])).rejects.toMatchObject({ ...lost, message: expect.stringContaining('nothing') });
  });
});

describe('a thread that cannot start', () => {
  const stopped: number[] = [];
  const idle: StartWorker = ({ reply }) => {
    queueMicrotask(() => reply({ kind: 'ready' }));
    return { post: () => {}, hold: () => {}, stop: async () => void stopped.push(1) };
  };
  const refused = { code: 'no-threads', message: expect.stringContaining('Content-Security-Policy') };

  it('at once, as a page whose policy forbids it: those before it are stopped', async () => {
    stopped.length = 0;
    let count = 0;
    const start: StartWorker = (events) => {
      if (++count === 3) throw new Error('SecurityError: refused.');
      return idle(events);
    };
    await expect(ThreadPool.start(4, start)).rejects.toMatchObject(refused);
    expect(stopped).toHaveLength(2);
  });

  it('later, as one whose script is not found', async () => {
    stopped.length = 0;
    let count = 0;
    const start: StartWorker = (events) => {
      if (++count === 1) setTimeout(() => events.lost('404.'), 5);
      return count === 1 ? { ...idle({ ...events, reply: () => {} }) } : idle(events);
    };
    await expect(ThreadPool.start(2, start)).rejects.toMatchObject(refused);
    expect(stopped.length).toBeGreaterThanOrEqual(2);
  });

  it('ever, as one whose script never arrives', async () => {
    stopped.length = 0;
    const start: StartWorker = (events) => idle({ ...events, reply: () => {} });
    const silent = { ...refused, message: expect.stringContaining('one has not answered for 0.02 s') };
    await expect(ThreadPool.start(2, start, 20)).rejects.toMatchObject(silent);
    expect(stopped.length).toBeGreaterThanOrEqual(2);
    // Those that have started in time are not ended later.
    const pool = await ThreadPool.start(2, idle, 20);
    stopped.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(stopped).toEqual([]);
    await pool.stop();
  });

  it('for want of shared memory', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    await expect(engineBackend({ threads: 2 })).rejects.toMatchObject({
      code: 'no-threads',
      message: expect.stringContaining('SharedArrayBuffer'),
    });
    expect(availableThreads()).toMatchObject({ threads: 1, reason: expect.stringContaining('SharedArrayBuffer') });
    await using backend = await engineBackend();
    await using session = await backend.prepare(graph, params);
    expect((await session.run(input)).output.shape).toEqual([4, 5]);
  });
});

describe('a backend that is disposed', () => {
  it('while it runs: rejected, not waited for', async () => {
    const backend = await engineBackend({ threads: 2 });
    const session = await backend.prepare(graph, params);
    await session.run(input);
    const runs = Promise.allSettled([session.run(input), session.run(input), session.run(input)]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await backend.dispose();
    await backend.dispose();
    expect((await runs).at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'backend-disposed' } });
    await expect(session.run(input)).rejects.toMatchObject({ code: 'backend-disposed' });
    await session.dispose();
    await expect(session.run(input)).rejects.toMatchObject({ code: 'session-disposed' });
  });
});
