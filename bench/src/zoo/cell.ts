// A process that measures one thing on the engine, so that its memory is that network's alone and freed with it.
import { analyse } from '@convzoo/cost-analysis';
import { engineBackend, measureEngine, planOf } from '@convzoo/engine';
import { Builder, float32Tensor, inputOf, paramsOf, sizeOf } from '@convzoo/layers';
import { type Backend, measureLayers, measurePeaks } from '@convzoo/runtime';
import { buildModel, type ModelName, models } from '@convzoo/zoo';
import { seededInput, seededNetwork } from '../engine/network.js';
import { summarise } from '../statistics.js';
import { arithmeticPeak } from './arithmetic-peak.js';
import { multiplicationsOf } from './multiplications.js';
import type { LayerTime, NetworkTime, Peaks, Reply, Request } from './protocol.js';

async function network(model: string, atMost: number, seconds: number): Promise<Omit<NetworkTime, 'others'>> {
  const graph = buildModel(model);
  const input = seededInput(graph, 1);
  const { params } = seededNetwork(model);
  const begin = performance.now();
  await using backend = await engineBackend();
  await using session = await backend.prepare(graph, params, { consume: true });
  const load = performance.now() - begin;
  const time = async (): Promise<number> => {
    const start = performance.now();
    await session.run(input);
    return performance.now() - start;
  };
  const first = await time();
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  // Of a small network many, of a large one at least one more.
  while (times.length === 0 || (times.length < atMost && performance.now() < end)) times.push(await time());
  const { min, median, rounds: runs } = summarise(times);
  return {
    model,
    family: models[model as ModelName].family,
    input: inputOf(graph).shape,
    macs: analyse(graph).total.macs,
    parameterBytes: paramsOf(graph).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0),
    ...{ load: Math.round(load), first: Number(first.toPrecision(4)), median, min, runs },
    peakMemory: 1024 * process.resourceUsage().maxRSS,
  };
}

async function layers(model: string, runs: number): Promise<readonly LayerTime[]> {
  const { graph, params } = seededNetwork(model);
  await using backend = await engineBackend();
  await using session = await backend.prepare(graph, params);
  const times = new Map(
    (await measureLayers(session, seededInput(graph, 1), { runs })).map((node) => [node.path, node.seconds]),
  );
  return planOf(graph).layers.flatMap((layer): readonly LayerTime[] => {
    const seconds = times.get(layer.path);
    if (seconds === undefined) return [];
    const { path, op, kernel, shape, macs, weightBytes, activationBytes } = layer;
    const facts = { model, path, op, kernel, shape, macs, weightBytes, activationBytes };
    return [
      { ...facts, multiplications: multiplicationsOf(layer), milliseconds: Number((1000 * seconds).toPrecision(4)) },
    ];
  });
}

async function peaks(): Promise<Peaks> {
  const multiplicationsPerSecond = await arithmeticPeak();
  await using backend = await engineBackend();
  const { bytesPerSecond } = await measurePeaks(backend, { runs: 5 });
  const rates = await measureEngine(backend);
  return {
    multiplicationsPerSecond,
    weightBytesPerSecond: await weightBandwidth(backend),
    activationBytesPerSecond: bytesPerSecond,
    byKernel: rates.macsPerSecond,
  };
}

/** A product of one row with 128 MiB of weights, more than any cache holds. */
async function weightBandwidth(backend: Backend): Promise<number> {
  const [inputs, units] = [4096, 8192];
  const nn = new Builder('row');
  const graph = nn.graph(nn.dense(nn.input([inputs]), { name: 'dense', units }));
  const params = new Map(
    paramsOf(graph).map(({ path, shape }) => [path, float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(1e-3))]),
  );
  await using session = await backend.prepare(graph, params);
  const [time] = await measureLayers(session, float32Tensor([1, inputs], new Float32Array(inputs).fill(0.5)), {
    runs: 5,
  });
  return (4 * inputs * units) / (time?.seconds ?? Number.NaN);
}

async function answer(request: Request): Promise<Reply> {
  switch (request.kind) {
    case 'network':
      return { kind: 'network', result: await network(request.model, request.runs, request.seconds) };
    case 'layers':
      return { kind: 'layers', result: await layers(request.model, request.runs) };
    case 'peaks':
      return { kind: 'peaks', result: await peaks() };
  }
}

const send = (reply: Reply): void => void process.send?.(reply);

process.on('message', (request: Request) => {
  answer(request).then(send, (error: unknown) => {
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
process.on('disconnect', () => process.exit());
