// The process of one cell: it loads a network once and runs it as often as it is told. A process of its own, so that memory is the
// cell's alone.
import { engineBackend } from '@convzoo/engine';
import { type Float32Tensor, float32Tensor, inputOf, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import type { Backend } from '@convzoo/runtime';
import { buildModel } from '@convzoo/zoo';
import type { Cell, Contender, Reply, Request } from './protocol.js';

let run: (() => Promise<number>) | undefined;

async function backendOf({ backend, threads }: Contender): Promise<Backend> {
  switch (backend) {
    case 'engine':
      return engineBackend({ threads });
    case 'wasm':
      return (await import('@convzoo/backend-tfjs/wasm')).wasmBackend();
    case 'tensorflow':
      return (await import('@convzoo/backend-tfjs/tensorflow')).tensorflowBackend();
  }
}

/** Numbers from -1 to 1, the same for all. */
function random(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

function filled(shape: readonly number[], scale: number, shift: number, next: () => number): Float32Tensor {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = shift + scale * next();
  return float32Tensor(shape, data);
}

async function load({ model, batch, contender }: Cell): Promise<void> {
  const graph = buildModel(model);
  const next = random();
  // Of a trained network's scale, so that results neither vanish nor overflow: denormals would be slow.
  const params: Parameters = new Map(
    paramsOf(graph).map(({ path, shape, role }) => {
      const fan = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
      if (role === 'kernel') return [path, filled(shape, Math.sqrt(6 / fan), 0, next)];
      return [path, filled(shape, 0.1, role === 'variance' || role === 'scale' ? 1 : 0, next)];
    }),
  );
  const input = filled([batch, ...inputOf(graph).shape], 1, 0, next);
  const start = performance.now();
  const backend = await backendOf(contender);
  const session = await backend.prepare(graph, params);
  const loaded = performance.now() - start;
  run = async () => {
    const begin = performance.now();
    await session.run(input);
    return performance.now() - begin;
  };
  send({ kind: 'loaded', description: backend.description, load: loaded, first: await run() });
}

const send = (reply: Reply): void => void process.send?.(reply);

process.on('message', async (request: Request) => {
  try {
    if (request.kind === 'load') await load(request.cell);
    else {
      const times: number[] = [];
      for (let i = 0; i < request.runs; i++) times.push((await run?.()) ?? Number.NaN);
      send({ kind: 'ran', times, peakMemory: 1024 * process.resourceUsage().maxRSS });
    }
  } catch (error) {
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());
