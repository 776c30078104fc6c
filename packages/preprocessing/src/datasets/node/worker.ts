// The body of a worker thread: prepares the samples it is sent and transfers the results back.
import { parentPort, workerData } from 'node:worker_threads';
import { attempt } from '../executor.js';
import type { Prepared } from '../prepare.js';
import type { ErrorData, Job, JobResult, WorkerSetup } from './protocol.js';

const port = parentPort;
if (!port) throw new Error('worker.js runs in a worker thread only');
const progress = new Int32Array((workerData as WorkerSetup).progress);

/** Jobs are done one after the other, in the order in which they came. */
let last: Promise<void> = Promise.resolve();
port.on('message', (job: Job) => {
  last = last.then(() => run(job));
});

async function run({ id, samples, preparation }: Job): Promise<void> {
  const outcomes: JobResult['outcomes'][number][] = [];
  Atomics.store(progress, 1, 0);
  Atomics.store(progress, 0, id);
  for (const [n, sample] of samples.entries()) {
    Atomics.store(progress, 1, n);
    const outcome = await attempt(sample, preparation);
    outcomes.push('error' in outcome ? { error: errorData(outcome.error) } : ownBuffer(outcome));
  }
  const buffers = outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome.data.buffer as ArrayBuffer]));
  port?.postMessage({ id, outcomes } satisfies JobResult, [...new Set(buffers)]);
}

/** Only a whole buffer can be transferred without taking others along. */
function ownBuffer(prepared: Prepared): Prepared {
  const { data } = prepared;
  return data.byteLength === data.buffer.byteLength ? prepared : { ...prepared, data: data.slice() };
}

function errorData(error: Error): ErrorData {
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code };
}
