import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawPicture } from '../chart.js';
import { machine } from '../machine.js';
import { writePage } from '../page.js';
import { Bench } from './bench.js';
import { measureCommands } from './commands.js';
import { assets, bundlePage } from './hosts/bundle.js';
import { findChromium } from './hosts/find-chromium.js';
import { serve } from './hosts/serve.js';
import { engineBlocks } from './report/blocks.js';
import { relativeChart } from './report/chart.js';
import { noResults, type Results, type Run, readResults } from './results.js';
import { readSettings, type Settings } from './settings.js';

// npm run bench:engine: networks on the engine and on everything else that computes them, each in a process or a Chromium of
// its own, in turns, a burst each; a burst while others used the machine is repeated. --help tells the options.

const settings = readSettings(process.argv.slice(2));
if (settings !== undefined) {
  const results = settings.pageOnly ? await readResults(settings.file) : await measureAll(settings);
  // The page shows the results that are committed; others are the caller's.
  if (settings.isCommitted) {
    await writePage(engineBlocks(results));
    await drawPicture('bench-engine', relativeChart(results));
  }
}

async function measureAll(given: Settings): Promise<Results> {
  const scratch = await mkdtemp(join(tmpdir(), 'convzoo-bench-'));
  // Gigabytes, which a break must not leave behind either.
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  process.once('SIGTERM', () => process.exit(143));
  process.once('SIGINT', () => process.exit(130));
  const folder = join(scratch, 'models');
  const server = await serve({ ...assets, bundle: join(scratch, 'bundle'), models: folder });
  try {
    const engineGzip = await bundlePage(join(scratch, 'bundle'));
    const chromium = given.contenders.some(({ place }) => place === 'chromium') ? await findChromium() : undefined;
    const run: Run = { id: new Date().toISOString(), machine: describe(chromium), rounds: roundsOf(given) };
    const programs = { chromium, address: server.address, python: given.python };
    const bench = new Bench(given, run, given.fresh ? noResults : await readResults(given.file), { folder, programs });
    await bench.add({ engineGzip });
    await bench.measureAll();
    if (given.commands) await bench.add({ commands: await measureCommands(run.id, given.pace.patience) });
    return bench.results;
  } finally {
    server.close();
  }
}

function roundsOf({ batches, rounds }: Settings): Run['rounds'] {
  return Object.fromEntries(batches.map((batch) => [batch, batch === 1 ? rounds : Math.ceil(rounds / 2)]));
}

function describe(chromium: string | undefined): Run['machine'] {
  const version =
    chromium === undefined
      ? 'none'
      : execFileSync(chromium, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  return { ...machine(), chromium: version, loadAverageBefore: Number((loadavg()[0] ?? 0).toFixed(2)) };
}
