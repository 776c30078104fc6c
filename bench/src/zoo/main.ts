import { freemem } from 'node:os';
import { parseArgs } from 'node:util';
import { paramsOf, sizeOf } from '@convzoo/layers';
import { buildModel, modelNames } from '@convzoo/zoo';
import { drawPicture } from '../chart.js';
import { NETWORKS } from '../engine/network.js';
import { machine } from '../machine.js';
import { writePage } from '../page.js';
import { ask, type Patience } from './ask.js';
import { zooBlocks } from './blocks.js';
import { zooChart } from './chart.js';
import { fitOf } from './fit.js';
import type { LayerTime, NetworkTime } from './protocol.js';
import { readZoo, writeZoo, type ZooResults } from './results.js';

const HELP = `npm run bench:zoo [-- OPTIONS]: the engine on every network of the zoo, one thread, and each layer of five.

  --models A,B      of the zoo's names; all by default
  --runs N          at most so many runs of each, 10 by default; the least counts
  --seconds S       or as long as that, 2 by default; at least one run after the first
  --repeats N       how often a network is measured again that was disturbed, 1 by default
  --patience S      seconds to wait for a quiet machine, 20 by default; 0 on a busy one
  --resume          leave out what the results have
  --no-layers       the networks alone
  --page            only write the page from the results
`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    models: { type: 'string', default: modelNames.join(',') },
    runs: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '1' },
    patience: { type: 'string', default: '20' },
    resume: { type: 'boolean', default: false },
    layers: { type: 'boolean', default: true },
    page: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Times the weights that a process takes at its peak: what it is given, and its own, which Winograd makes larger. */
const TIMES_WEIGHTS = 3;
const patience: Patience = { seconds: Number(values.patience), repeats: Number(values.repeats) };

if (values.help) process.stdout.write(HELP);
else {
  const found = await readZoo();
  const results = values.page && found !== undefined ? found : await measureZoo(found);
  await writePage(zooBlocks(results));
  if (results.networks.length > 0) await drawPicture('bench-zoo', zooChart(results.networks, fitOf(results.networks)));
}

async function measureZoo(found: ZooResults | undefined): Promise<ZooResults> {
  const chosen = values.models.split(',');
  let results: ZooResults = {
    machine: machine(),
    networks: (found?.networks ?? []).filter(({ model }) => values.resume || !chosen.includes(model)),
    skipped: (found?.skipped ?? []).filter(({ model }) => !chosen.includes(model)),
    peaks: found?.peaks,
    layers: found?.layers ?? [],
  };
  for (const model of chosen) {
    if (results.networks.some((network) => network.model === model)) continue;
    const { network, reason } = await measureNetwork(model);
    results =
      network === undefined
        ? { ...results, skipped: [...results.skipped, { model, reason }] }
        : { ...results, networks: [...results.networks, network] };
    // Written each time, so that a run that is stopped leaves what it has.
    await writeZoo(results);
  }
  if (values.layers) results = { ...results, ...(await measureAllLayers()) };
  await writeZoo(results);
  return results;
}

async function measureNetwork(model: string): Promise<{ readonly network?: NetworkTime; readonly reason: string }> {
  const weights = paramsOf(buildModel(model)).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  if (TIMES_WEIGHTS * weights > freemem()) {
    const reason = `it would take about ${Math.round((TIMES_WEIGHTS * weights) / 2 ** 30)} GiB, more than is free`;
    return { reason };
  }
  const limits = { runs: Number(values.runs), seconds: Number(values.seconds) };
  const { reply, others } = await ask({ kind: 'network', model, ...limits }, patience);
  if (reply.kind !== 'network')
    return { reason: reply.kind === 'failed' ? reply.message : 'it answered something else' };
  const { min, macs } = reply.result;
  process.stdout.write(
    `${model.padEnd(26)}${(macs / 1e9).toFixed(3).padStart(9)} G MACs${min.toFixed(2).padStart(10)} ms\n`,
  );
  return { network: { ...reply.result, others }, reason: '' };
}

async function measureAllLayers(): Promise<Pick<ZooResults, 'peaks' | 'layers'>> {
  const { reply: peaks } = await ask({ kind: 'peaks' }, patience);
  const layers: LayerTime[] = [];
  for (const model of NETWORKS) {
    const { reply } = await ask({ kind: 'layers', model, runs: Number(values.runs) }, patience);
    if (reply.kind === 'layers') layers.push(...reply.result);
    else if (reply.kind === 'failed') process.stderr.write(`no layers of ${model}: ${reply.message}\n`);
  }
  return { peaks: peaks.kind === 'peaks' ? peaks.result : undefined, layers };
}
