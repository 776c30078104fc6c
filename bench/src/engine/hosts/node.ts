import { fork } from 'node:child_process';
import { memoryOf } from '../memory.js';
import type { Loaded, Reply, Request, Task } from '../protocol.js';
import { environmentOf } from './environment.js';
import type { Host } from './host.js';

/** A cell in a process of Node. */
export function nodeHost(threads: number, flags: readonly string[] = []): Host {
  const child = fork(new URL('../cells/node.js', import.meta.url), {
    execArgv: [...flags],
    env: environmentOf(threads),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const { pid = 0 } = child;
  const ask = (request: Request): Promise<Reply> =>
    new Promise((resolve) => {
      const answered = (reply: Reply): void => {
        child.off('exit', ended);
        resolve(reply);
      };
      const ended = (code: number | null, signal: string | null): void => {
        child.off('message', answered);
        resolve({ kind: 'failed', message: `its process ended with ${signal ?? `code ${code}`}` });
      };
      child.once('exit', ended);
      child.once('message', answered);
      if (child.connected) child.send(request);
      else ended(child.exitCode, child.signalCode);
    });
  return {
    pid,
    async load(task: Task): Promise<Loaded> {
      const reply = await ask({ kind: 'load', task });
      if (reply.kind !== 'loaded') throw new Error(reply.kind === 'failed' ? reply.message : 'it loaded nothing');
      return reply;
    },
    async run(runs) {
      const reply = await ask({ kind: 'run', runs });
      if (reply.kind !== 'ran') throw new Error(reply.kind === 'failed' ? reply.message : 'it ran nothing');
      return reply.times;
    },
    memory: () => memoryOf(pid),
    close: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        if (child.connected) child.disconnect();
        // What does not end by itself is no reason to wait.
        setTimeout(() => child.kill('SIGKILL'), 3000).unref();
      }),
  };
}
