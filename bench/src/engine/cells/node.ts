// The process of one cell in Node.
import type { Reply, Request, RuntimeName } from '../protocol.js';
import type { Loader } from '../runtimes/runtime.js';
import { Cell } from './cell.js';

/** Each imported by its cells alone: what others need must not be in a cell's memory. */
const loaders: Partial<Record<RuntimeName, () => Promise<Loader>>> = {
  engine: async () => (await import('../runtimes/engine.js')).engine,
  'convzoo-wasm': async () => (await import('../runtimes/convzoo-wasm.js')).convzooWasm,
  'convzoo-tensorflow': async () => (await import('../runtimes/convzoo-tensorflow.js')).convzooTensorflow,
  'convzoo-ort': async () => (await import('../runtimes/convzoo-ort.js')).convzooOrt,
  'tfjs-node': async () => (await import('../runtimes/tfjs-node.js')).tfjsNode,
  'ort-node': async () => (await import('../runtimes/ort-node.js')).ortNode,
  'tfjs-wasm': async () => {
    const { tfjsWasm } = await import('../runtimes/tfjs-wasm.js');
    return tfjsWasm({
      async start(threads) {
        if (threads > 1) (await import('../runtimes/tfjs-threads-in-node.js')).allowTfjsThreads();
      },
    });
  },
};

const cell = new Cell();
const send = (reply: Reply): void => void process.send?.(reply);

async function answer(request: Request): Promise<Reply> {
  if (request.kind === 'run') return { kind: 'ran', times: await cell.run(request.runs) };
  const { task } = request;
  const loader = await loaders[task.runtime]?.();
  if (loader === undefined) return { kind: 'failed', message: `${task.runtime} is nothing for Node` };
  return { kind: 'loaded', ...(await cell.load(task, loader)) };
}

process.on('message', (request: Request) => {
  answer(request).then(send, (error: unknown) => {
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
process.on('disconnect', () => process.exit());
