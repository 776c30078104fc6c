import { fork } from 'node:child_process';
import { OTHERS, quiet, watch } from '../engine/gate.js';
import type { Reply, Request } from './protocol.js';

export interface Patience {
  /** Seconds to wait for a quiet machine. */
  readonly seconds: number;
  /** How often what was disturbed is measured again. */
  readonly repeats: number;
}

export interface Answer {
  readonly reply: Reply;
  /** Processors that others took meanwhile. */
  readonly others?: number | undefined;
}

/** Has a new process measure something; again, as often as that, if others used the machine meanwhile. */
export async function ask(request: Request, { seconds, repeats }: Patience): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    await quiet(seconds);
    const answer = await askOnce(request);
    if ((answer.others ?? 0) <= OTHERS || attempt >= repeats || answer.reply.kind === 'failed') return answer;
  }
}

async function askOnce(request: Request): Promise<Answer> {
  const child = fork(new URL('./cell.js', import.meta.url), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const stop = await watch(child.pid ?? 0);
  const reply = await new Promise<Reply>((resolve) => {
    child.once('message', (message: Reply) => resolve(message));
    child.once('exit', (code, signal) => {
      resolve({ kind: 'failed', message: `its process ended with ${signal ?? `code ${code}`}` });
    });
    child.send(request);
  });
  const usage = await stop?.();
  if (child.connected) child.disconnect();
  return { reply, others: usage === undefined ? undefined : Number(Math.max(0, usage.others).toFixed(2)) };
}
