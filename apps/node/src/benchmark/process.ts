// The process of one cell: it loads one network on one backend and runs it as often as it is told. A process of its own, so
// that memory is the cell's alone and no cell warms or fills another's caches.
import { kerasOps } from '@convzoo/keras-import';
import { float32Tensor, graphFromJson, inputOf, type Json, sizeOf } from '@convzoo/layers';
import type { Session } from '@convzoo/runtime';
import { initialise } from '@convzoo/training';
import { pickBackend } from '../backends.js';
import { describeFailure } from '../errors.js';
import { openModel } from '../network/model.js';
import type { CellReply, CellRequest, CellSpec } from './cell.js';

let run: (() => Promise<number>) | undefined;

const send = (reply: CellReply): void => void process.send?.(reply);

async function load({ model, backend, threads, batch }: CellSpec, json: Json | undefined): Promise<void> {
  const graph = json === undefined ? (await openModel(model)).graph : graphFromJson(json, { ops: kerasOps });
  const params = initialise(graph, 0);
  const begun = performance.now();
  const { backend: chosen } = await pickBackend('few-pictures', { backend, threads });
  // Time does not depend on values, but denormal numbers would be slow: initial weights keep results of about one size.
  const session: Session = await chosen.prepare(graph, params);
  const { shape } = inputOf(graph);
  const size = batch * sizeOf(shape);
  const pixels = Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 256) / 127.5 - 1);
  const input = float32Tensor([batch, ...shape], pixels);
  run = async () => {
    const start = performance.now();
    await session.run(input);
    return performance.now() - start;
  };
  const first = await run();
  send({ kind: 'loaded', start: performance.now() - begun, first });
}

process.on('message', async (request: CellRequest) => {
  try {
    if (request.kind === 'load') await load(request.spec, request.graph);
    else {
      const times: number[] = [];
      for (let i = 0; i < request.runs; i++) times.push((await run?.()) ?? Number.NaN);
      // maxRSS is in KiB on every system.
      send({ kind: 'ran', times, peakMemory: 1024 * process.resourceUsage().maxRSS });
    }
  } catch (error) {
    send({ kind: 'failed', ...describeFailure(error) });
  }
});
// The other side is gone: so is the reason to be here.
process.on('disconnect', () => process.exit());
