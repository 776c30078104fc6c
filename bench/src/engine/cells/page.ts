// The page of one cell in a browser. The harness calls `benchLoad` and `benchRun`.
import type { Loaded, RuntimeName, Task } from '../protocol.js';
import type { Loader } from '../runtimes/runtime.js';
import { Cell } from './cell.js';

/** Each a chunk of its own, fetched by its cells alone. */
const loaders: Partial<Record<RuntimeName, () => Promise<Loader>>> = {
  engine: async () => (await import('../runtimes/engine.js')).engine,
  'tfjs-wasm': async () => (await import('../runtimes/tfjs-wasm.js')).tfjsWasm({ wasmPath: '/tfjs/' }),
  'ort-web': async () => (await import('../runtimes/ort-web.js')).ortWeb,
  litert: async () => (await import('../runtimes/litert.js')).litert,
};

const cell = new Cell();

async function benchLoad(task: Task): Promise<Loaded> {
  if (!crossOriginIsolated) throw new Error('the page is not cross-origin isolated, so it has no threads');
  const loader = await loaders[task.runtime]?.();
  if (loader === undefined) throw new Error(`${task.runtime} is nothing for a page`);
  return cell.load(task, loader);
}

Object.assign(globalThis, { benchLoad, benchRun: (runs: number) => cell.run(runs) });
