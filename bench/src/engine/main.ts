import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { machine } from '../machine.js';
import { summarise } from '../statistics.js';
import type { Cell, Contender, Reply, Request } from './protocol.js';

// npm run bench:engine [-- --models A,B --batches 1,8 --rounds N --repeats N]: networks on the engine and on what else computes them, each in a
// process of its own, in turns, a burst each; a burst while others used the machine is repeated.

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'mobilenet_v1,mobilenet_v2,resnet18,resnet50,vgg16' },
    batches: { type: 'string', default: '1,8' },
    rounds: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '4' },
    results: { type: 'string' },
  },
});

const contenders: readonly Contender[] = [
  { name: 'engine, 1 thread', backend: 'engine', threads: 1 },
  { name: 'engine, 2 threads', backend: 'engine', threads: 2 },
  // Node 20 has multiply-add behind a flag, later ones as browsers without.
  { name: 'engine with FMA, 1 thread', backend: 'engine', threads: 1, flags: ['--experimental-wasm-relaxed-simd'] },
  { name: 'engine with FMA, 2 threads', backend: 'engine', threads: 2, flags: ['--experimental-wasm-relaxed-simd'] },
  { name: 'tfjs wasm, 1 thread', backend: 'wasm', threads: 1 },
  { name: 'tensorflow, all threads', backend: 'tensorflow', threads: cpus().length },
];

/** A burst lasts about as long, whatever the network. */
const BURST_MILLISECONDS = 600;
/** Processor time that others may take while a burst runs, of one processor. */
const OTHERS = 0.15;
/** How often a burst is repeated that was disturbed. */
const repeats = Number(values.repeats);

interface Row {
  readonly model: string;
  readonly batch: number;
  readonly contender: string;
  readonly description: string;
  readonly load: number;
  readonly first: number;
  readonly median: number;
  readonly min: number;
  readonly runs: number;
  /** Bursts that were kept although others used the machine. */
  readonly disturbed: number;
  readonly peakMemory: number;
}

/** Seconds of processor time that everything on this machine has used; `undefined` where there is no /proc. */
async function busySeconds(): Promise<number | undefined> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => undefined);
  const [, user = 0, nice = 0, system = 0] = text?.split('\n')[0]?.split(/\s+/).map(Number) ?? [];
  return text === undefined ? undefined : (user + nice + system) / 100;
}

async function processSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

class Process {
  readonly cell: Cell;
  readonly #child: ChildProcess;
  readonly times: number[] = [];
  #loaded: Extract<Reply, { kind: 'loaded' }> | undefined;
  #peakMemory = 0;
  #disturbed = 0;

  constructor(cell: Cell) {
    this.cell = cell;
    this.#child = fork(new URL('./cell.js', import.meta.url), { execArgv: [...(cell.contender.flags ?? [])] });
  }

  #ask(request: Request): Promise<Reply> {
    return new Promise((resolve) => {
      const ended = (code: number | null): void => resolve({ kind: 'failed', message: `it ended with code ${code}` });
      this.#child.once('exit', ended);
      this.#child.once('message', (reply: Reply) => {
        this.#child.off('exit', ended);
        resolve(reply);
      });
      this.#child.send(request);
    });
  }

  /** Why it cannot take part; nothing where it can. */
  async load(): Promise<string | undefined> {
    const reply = await this.#ask({ kind: 'load', cell: this.cell });
    if (reply.kind === 'loaded') this.#loaded = reply;
    return reply.kind === 'failed' ? reply.message : undefined;
  }

  async burst(): Promise<void> {
    const expected = Math.min(...this.times, this.#loaded?.first ?? 1);
    const runs = Math.max(1, Math.min(20, Math.round(BURST_MILLISECONDS / expected)));
    // After the others' turns caches are cold and the clock is low.
    await this.#ask({ kind: 'run', runs: 1 });
    for (let attempt = 0; ; attempt++) {
      const { others, reply } = await this.#watched(runs);
      if (reply.kind !== 'ran') return;
      const disturbed = others > OTHERS;
      if (disturbed && attempt < repeats) continue;
      this.#disturbed += Number(disturbed);
      this.times.push(...reply.times);
      this.#peakMemory = Math.max(this.#peakMemory, reply.peakMemory);
      return;
    }
  }

  /** Runs it, and tells how much of a processor others took meanwhile. */
  async #watched(runs: number): Promise<{ readonly others: number; readonly reply: Reply }> {
    const { pid = 0 } = this.#child;
    const [all, own, start] = [await busySeconds(), await processSeconds(pid), performance.now()];
    const reply = await this.#ask({ kind: 'run', runs });
    const seconds = (performance.now() - start) / 1000;
    const [allAfter, ownAfter] = [await busySeconds(), await processSeconds(pid)];
    if (all === undefined || allAfter === undefined) return { others: 0, reply };
    return { others: (allAfter - all - (ownAfter - own)) / seconds, reply };
  }

  row(): Row {
    const { model, batch, contender } = this.cell;
    const { min, median, rounds } = summarise(this.times);
    const { description = '', load = 0, first = 0 } = this.#loaded ?? {};
    return {
      ...{ model, batch, contender: contender.name, description },
      ...{ load: Math.round(load), first: Number(first.toPrecision(4)), median, min, runs: rounds },
      ...{ disturbed: this.#disturbed, peakMemory: this.#peakMemory },
    };
  }

  end(): void {
    this.#child.disconnect();
  }
}

async function measure(model: string, batch: number, rounds: number): Promise<readonly Row[]> {
  const there: Process[] = [];
  for (const contender of contenders) {
    const process_ = new Process({ model, batch, contender });
    const reason = await process_.load();
    if (reason === undefined) there.push(process_);
    else process.stderr.write(`${contender.name} is not there: ${reason}\n`);
  }
  for (let round = 0; round < rounds; round++) for (const each of there) await each.burst();
  const rows = there.map((each) => each.row());
  for (const each of there) each.end();
  return rows;
}

function listing(rows: readonly Row[]): string {
  const lines = rows.map(({ contender, first, median, min, peakMemory, disturbed }) => {
    const numbers = [first, median, min].map((time) => time.toFixed(1).padStart(8)).join('');
    const note = disturbed > 0 ? `  ${disturbed} disturbed` : '';
    return `  ${contender.padEnd(28)}${numbers}${(peakMemory / 2 ** 20).toFixed(0).padStart(9)}${note}`;
  });
  const [{ model, batch } = { model: '', batch: 0 }] = rows;
  const head = `${model}, batch ${batch}`.padEnd(30);
  return [`${head}${['first', 'median', 'least', 'MiB'].map((text) => text.padStart(8)).join('')}`, ...lines].join(
    '\n',
  );
}

const file = values.results ?? new URL('../../results/engine.json', import.meta.url);
await mkdir(new URL('../../results/', import.meta.url), { recursive: true });
const loadBefore = Number((loadavg()[0] ?? 0).toFixed(2));
const results: Row[] = [];
for (const batch of values.batches.split(',').map(Number)) {
  for (const model of values.models.split(',')) {
    const rows = await measure(model, batch, Number(values.rounds));
    results.push(...rows);
    process.stdout.write(`${listing(rows)}\n`);
    // Written each time, so that a run that is stopped leaves what it has.
    const report = { machine: { ...machine(), loadAverageBefore: loadBefore }, rows: results };
    await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  }
}
