import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine } from '../machine.js';
import { type Summary, summarise } from '../statistics.js';
import type { Contender } from './contender.js';
import { convzoo } from './convzoo.js';
import { makeInputs } from './inputs.js';
import { pillow } from './pillow.js';
import { sharps } from './sharp.js';
import { tfjs } from './tfjs.js';

// npm run preprocessing [-- ROUNDS]: every library takes its turn in every round, so that a busy moment of the machine
// meets them all; the least and the median of the rounds are kept. CONVZOO_PYTHON names a Python with Pillow.

interface Task {
  readonly name: string;
  /** Share of the rounds that it gets. */
  readonly share: number;
  readonly run: (contender: Contender) => Promise<number> | undefined;
}

interface Result {
  readonly task: string;
  readonly library: string;
  readonly milliseconds: Summary;
}

async function measure(tasks: readonly Task[], contenders: readonly Contender[], rounds: number): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name, share, run } of tasks) {
    process.stderr.write(`${name} ...\n`);
    const times = new Map<Contender, number[]>();
    const count = Math.max(3, Math.round(rounds * share));
    // The first round warms up: compilers, caches, lazily loaded decoders.
    for (let round = 0; round <= count; round++) {
      for (const contender of contenders) {
        const time = await run(contender);
        if (time === undefined || round === 0) continue;
        times.set(contender, [...(times.get(contender) ?? []), time]);
      }
    }
    for (const [contender, list] of times) {
      results.push({ task: name, library: contender.name, milliseconds: summarise(list) });
    }
  }
  return results;
}

/** A block of lines for each task, at most 80 columns wide. */
function listing(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ task, library }) => Math.max(task.length, library.length + 2)));
  const line = (name: string, min: string, median: string): string =>
    `${name.padEnd(width)}  ${min.padStart(9)}  ${median.padStart(9)}`;
  const digits = (time: number): string => (time < 100 ? time.toPrecision(3) : time.toFixed(0));
  const blocks = [...new Set(results.map(({ task }) => task))].map((task) => [
    line(task, 'least ms', 'median ms'),
    ...results
      .filter((result) => result.task === task)
      .map(({ library, milliseconds: { min, median } }) => line(`  ${library}`, digits(min), digits(median))),
  ]);
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

const rounds = Number(process.argv[2] ?? 30);
if (!(Number.isInteger(rounds) && rounds > 0))
  throw new Error(`ROUNDS must be a positive integer, got ${process.argv[2]}`);
const folder = await mkdtemp(join(tmpdir(), 'convzoo-bench-'));
const contenders: Contender[] = [convzoo, ...sharps, await tfjs()];
try {
  const inputs = await makeInputs(folder);
  const python = await pillow(process.env['CONVZOO_PYTHON'] ?? 'python3');
  if (python) contenders.push(python);
  else process.stderr.write('no Python with Pillow (CONVZOO_PYTHON): it is left out\n');
  const tasks: Task[] = [
    { name: 'JPEG 500x375 to 224 crop', share: 1, run: (contender) => contender.file?.(inputs.small) },
    { name: 'JPEG 4000x3000 to 224 crop', share: 0.3, run: (contender) => contender.file?.(inputs.large) },
    { name: 'resize 500x375 to 341x256', share: 1, run: (contender) => contender.resize?.(inputs.small, 256, 341) },
    { name: 'resize 4000x3000 to 341x256', share: 0.3, run: (contender) => contender.resize?.(inputs.large, 256, 341) },
    { name: '1000 JPEGs, 2 workers', share: 0.1, run: (contender) => contender.folder?.(inputs.folder) },
  ];
  const results = await measure(tasks, contenders, rounds);
  const libraries = contenders.map(({ name, version, note }) => ({ name, version, ...(note ? { note } : {}) }));
  const report = { machine: machine(), libraries, results };
  await mkdir(new URL('../../results/', import.meta.url), { recursive: true });
  await writeFile(new URL('../../results/preprocessing.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${listing(results)}\n`);
} finally {
  for (const contender of contenders) contender.close?.();
  await rm(folder, { recursive: true, force: true });
}
