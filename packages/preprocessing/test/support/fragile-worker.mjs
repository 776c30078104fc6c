// A worker that does what the first byte of a sample says: dies, fails, waits, or answers with the byte.
import { parentPort, workerData } from 'node:worker_threads';

if (parentPort === null) throw new Error('This is a worker.');
const port = parentPort;
const progress = new Int32Array(workerData.progress);

port.on('message', async ({ id, samples }) => {
  Atomics.store(progress, 1, 0);
  Atomics.store(progress, 0, id);
  const outcomes = [];
  for (const [n, { bytes }] of samples.entries()) {
    Atomics.store(progress, 1, n);
    if (bytes[0] === 13) process.exit(3);
    if (bytes[0] === 14) throw new Error('out of order');
    if (bytes[0] === 15) await new Promise((resolve) => setTimeout(resolve, 30));
    if (bytes[0] === 16) outcomes.push({ error: { name: 'ImageError', code: 'corrupt-image', message: 'torn' } });
    else outcomes.push({ data: Uint8Array.of(bytes[0], 0, 0), height: 1, width: 1, channels: 3 });
  }
  port.postMessage({ id, outcomes });
});
