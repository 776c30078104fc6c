import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { memoryOf } from '../memory.js';
import type { Reply, Request, Task } from '../protocol.js';
import { environmentOf } from './environment.js';
import type { Host } from './host.js';

/** A cell in Python: the same requests and replies, a line of JSON each. */
export function pythonHost(python: string, threads: number): Host {
  const script = fileURLToPath(new URL('../../../python/torch_cell.py', import.meta.url));
  const child = spawn(python, [script], { env: environmentOf(threads), stdio: ['pipe', 'pipe', 'ignore'] });
  const { pid = 0 } = child;
  const waiting: ((reply: Reply) => void)[] = [];
  const failed = (message: string): void => {
    for (const resolve of waiting.splice(0)) resolve({ kind: 'failed', message });
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Libraries write notices of their own.
    if (line.startsWith('{')) waiting.shift()?.(JSON.parse(line) as Reply);
  });
  child.on('error', (error) => failed(error.message));
  child.on('exit', (code, signal) => failed(`Python ended with ${signal ?? `code ${code}`}`));
  child.stdin.on('error', () => {});
  const ask = (request: Request): Promise<Reply> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (child.exitCode !== null) failed(`Python ended with code ${child.exitCode}`);
      else child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  return {
    pid,
    async load(task: Task) {
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
        child.stdin.end();
        setTimeout(() => child.kill('SIGKILL'), 3000).unref();
      }),
  };
}
