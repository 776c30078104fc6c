import { type ChildProcess, fork } from 'node:child_process';
import { ConvzooError, type Json } from '@convzoo/layers';
import { describeFailure } from '../errors.js';
import type { BenchRow, CellReply, CellRequest, CellSpec, FailedRow } from './cell.js';
import type { EnergyMeter } from './energy.js';

export interface BenchOptions {
  /** Measured runs of each cell, after the first and one more. */
  readonly runs: number;
  readonly meter?: EnergyMeter | undefined;
  /** The network itself, where the models' names are not enough to find it. */
  readonly graph?: Json | undefined;
  /** Told after each burst. */
  progress?(done: number, total: number, spec: CellSpec): void;
}

/** Runs of a cell before it is another's turn. */
const BURST = 5;

/** Bursts that a benchmark takes, for its progress. */
export const burstsOf = (cells: number, runs: number): number => cells * Math.ceil(runs / BURST);

/**
 * Measures cells in turns, a burst each, so that what else the machine does meets all alike. A cell is a process of its own; those
 * of one network are there together and end before the next network's begin.
 */
export async function benchmark(
  specs: readonly CellSpec[],
  options: BenchOptions,
): Promise<readonly (BenchRow | FailedRow)[]> {
  const rows: (BenchRow | FailedRow)[] = [];
  const total = burstsOf(specs.length, options.runs);
  let done = 0;
  for (const model of new Set(specs.map((spec) => spec.model))) {
    const cells: Cell[] = [];
    try {
      for (const spec of specs.filter((each) => each.model === model)) {
        const cell = new Cell(spec);
        cells.push(cell);
        await cell.load(options.graph);
      }
      for (let left = options.runs; left > 0; left -= BURST) {
        for (const cell of cells) {
          await cell.burst(Math.min(BURST, left), options.meter);
          options.progress?.(++done, total, cell.spec);
        }
      }
    } finally {
      for (const cell of cells) cell.stop();
    }
    rows.push(...cells.map((cell) => cell.row()));
  }
  return rows;
}

class Cell {
  readonly spec: CellSpec;
  readonly #child: ChildProcess;
  readonly #times: number[] = [];
  #start = Number.NaN;
  #first = Number.NaN;
  #peakMemory = 0;
  #joules: number | undefined;
  #error: FailedRow['error'] | undefined;

  constructor(spec: CellSpec) {
    this.spec = spec;
    // What a library prints must not reach our stdout.
    this.#child = fork(new URL('./process.js', import.meta.url), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  }

  async load(graph: Json | undefined): Promise<void> {
    await this.#try(async () => {
      const reply = await this.#ask({ kind: 'load', spec: this.spec, graph });
      if (reply.kind === 'loaded') ({ start: this.#start, first: this.#first } = reply);
      // The second run is not counted either: some runtimes compile in it.
      await this.#ask({ kind: 'run', runs: 1 });
    });
  }

  async burst(runs: number, meter: EnergyMeter | undefined): Promise<void> {
    await this.#try(async () => {
      const work = async (): Promise<void> => {
        const reply = await this.#ask({ kind: 'run', runs });
        if (reply.kind !== 'ran') return;
        this.#times.push(...reply.times);
        this.#peakMemory = reply.peakMemory;
      };
      if (meter === undefined) await work();
      else this.#joules = (this.#joules ?? 0) + (await meter.during(work));
    });
  }

  row(): BenchRow | FailedRow {
    if (this.#error !== undefined) return { ...this.spec, error: this.#error };
    const sorted = [...this.#times].sort((a, b) => a - b);
    const at = (index: number): number => sorted[index] ?? Number.NaN;
    return {
      ...this.spec,
      start: this.#start,
      first: this.#first,
      median: (at(sorted.length >> 1) + at((sorted.length - 1) >> 1)) / 2,
      min: at(0),
      peakMemory: this.#peakMemory,
      ...(this.#joules !== undefined && { energy: this.#joules / sorted.length }),
    };
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
    this.#child.kill();
  }

  /** A cell that failed once is asked nothing more. */
  async #try(work: () => Promise<void>): Promise<void> {
    if (this.#error !== undefined) return;
    try {
      await work();
    } catch (error) {
      this.#error = describeFailure(error);
    }
  }

  #ask(request: CellRequest): Promise<CellReply> {
    return new Promise((resolve, reject) => {
      const lost = (code: number | null, signal: string | null): void => {
        const how = signal === null ? `with code ${code}` : `by ${signal}`;
        reject(new ConvzooError('process-ended', `Its process ended ${how}; it may have run out of memory.`));
      };
      this.#child.once('exit', lost);
      this.#child.once('message', (reply: CellReply) => {
        this.#child.off('exit', lost);
        if (reply.kind === 'failed') reject(new ConvzooError(reply.code, reply.message));
        else resolve(reply);
      });
      this.#child.send(request);
    });
  }
}
