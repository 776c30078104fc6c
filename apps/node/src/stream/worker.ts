// The body of a worker thread: prepares the pictures that it is sent, in their order.
import { parentPort, workerData } from 'node:worker_threads';
import { preparePicture } from './prepare.js';
import type { Job, JobResult, WorkerSetup } from './protocol.js';

const port = parentPort;
if (!port) throw new Error('worker.js runs in a worker thread only');
const { preset } = workerData as WorkerSetup;

let last: Promise<void> = Promise.resolve();
port.on('message', (job: Job) => {
  last = last.then(() => run(job));
});

async function run({ id, picture }: Job): Promise<void> {
  const outcome = await preparePicture(picture, preset);
  const buffers = 'data' in outcome ? [outcome.data.buffer as ArrayBuffer] : [];
  port?.postMessage({ id, outcome } satisfies JobResult, buffers);
}
