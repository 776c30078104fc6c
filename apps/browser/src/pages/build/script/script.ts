import { type Connection, connect } from '../../../compute/rpc/client.js';
import { AppError } from '../../../errors/app-error.js';
import { PATIENCE } from './limits.js';
import type { ScriptResult } from './script-result.js';
import type { ScriptService } from './script-service.js';

interface Running {
  readonly worker: Worker;
  readonly connection: Connection<ScriptService>;
}

let running: Running | undefined;

function start(): Running {
  const worker = new Worker(new URL('./script-worker.js', import.meta.url), { type: 'module', name: 'script' });
  const connection = connect<ScriptService>(worker);
  const started = { worker, connection };
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    end(
      started,
      new AppError('compute-lost', `The thread for scripts was lost: ${event.message || 'it could not start'}`),
    );
  });
  return started;
}

function end(ended: Running, error: Error): void {
  ended.connection.lose(error);
  ended.worker.terminate();
  if (running === ended) running = undefined;
}

/**
 * Runs TypeScript in the interpreter of a thread of its own. A newer text, or the page that goes, aborts it; one that takes too
 * long ends with its thread.
 *
 * @throws AppError `aborted`, `compute-lost`
 */
export async function runScript(text: string, signal: AbortSignal): Promise<ScriptResult> {
  running ??= start();
  const used = running;
  await used.connection.client.load(undefined, { signal });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<ScriptResult>((resolve) => {
    timer = setTimeout(() => {
      resolve({
        problem: { kind: 'too-long', message: `It ran for more than ${PATIENCE / 1000} s.`, line: undefined },
      });
      end(used, new AppError('aborted', 'The script took too long.'));
    }, PATIENCE);
  });
  const abort = (): void => end(used, new AppError('aborted', 'The script was given up.'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    const ran = used.connection.client.run(text, { signal });
    ran.catch(() => undefined);
    return await Promise.race([ran, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
