import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender } from './contenders.js';
import { listing } from './listing.js';
import { type Measurement, measureWave, referenceOf } from './measure.js';
import { type ModelKind, type NetworkFacts, prepareModel } from './models/index.js';
import type { Programs } from './open-host.js';
import { isMeasured, merged, type Results, type Run, writeResults } from './results.js';
import type { Settings } from './settings.js';
import { waves } from './waves.js';

/** Measures network after network and writes what it has after each, so that a run that is stopped leaves something. */
export class Bench {
  readonly #settings: Settings;
  readonly #run: Run;
  readonly #programs: Programs;
  /** For the files of one network at a time. */
  readonly #folder: string;
  readonly #end: number;
  #results: Results;

  constructor(
    settings: Settings,
    run: Run,
    start: Results,
    place: { readonly folder: string; readonly programs: Programs },
  ) {
    this.#settings = settings;
    this.#run = run;
    this.#results = start;
    this.#folder = place.folder;
    this.#programs = place.programs;
    this.#end = performance.now() + 60_000 * settings.minutes;
  }

  get results(): Results {
    return this.#results;
  }

  async add(added: Partial<Results>): Promise<void> {
    this.#results = merged(this.#results, { runs: [this.#run], ...added });
    await mkdir(dirname(fileURLToPath(this.#settings.file)), { recursive: true });
    await writeResults(this.#settings.file, this.#results);
  }

  /** Batch by batch: what is asked for most comes first, should the time not suffice. */
  async measureAll(): Promise<void> {
    for (const batch of this.#settings.batches) {
      for (const model of this.#settings.models) await this.#measure(model, batch);
    }
  }

  async #measure(model: string, batch: number): Promise<void> {
    const contenders = this.#settings.contenders.filter((contender) => this.#isWanted(model, batch, contender));
    if (contenders.length === 0) return;
    if (performance.now() > this.#end)
      return this.#say(`${model}, batch ${batch}: no time left; --resume goes on with it`);
    await mkdir(this.#folder, { recursive: true });
    const facts = await prepareModel(this.#folder, model, batch, kindsFor(contenders));
    await this.add({ networks: [facts] });
    await this.#measureWaves(facts, batch, contenders);
    // A large network's files take gigabytes.
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** With the minutes since the program started. */
  #say(text: string): void {
    process.stderr.write(`${(performance.now() / 60_000).toFixed(1).padStart(5)} min  ${text}\n`);
  }

  #isWanted(model: string, batch: number, { id }: Contender): boolean {
    return !this.#settings.resume || !isMeasured(this.#results, { model, batch, cell: id });
  }

  async #measureWaves(
    { model, parameterBytes }: NetworkFacts,
    batch: number,
    contenders: readonly Contender[],
  ): Promise<void> {
    const { pace, memory, loads } = this.#settings;
    const measurement: Measurement = {
      ...{ run: this.#run.id, model, batch, folder: this.#folder, programs: this.#programs, pace, loads },
      rounds: this.#run.rounds[batch] ?? 1,
      say: (text) => this.#say(text),
    };
    const reference = await referenceOf(measurement);
    for (const wave of waves(contenders, { parameterBytes, memory, batch })) {
      const measured = await measureWave(wave, reference, measurement);
      process.stdout.write(`${listing(model, batch, measured.rows)}\n`);
      await this.add(measured);
    }
  }
}

function kindsFor(contenders: readonly Contender[]): readonly ModelKind[] {
  const runtimes = new Set(contenders.map(({ runtime }) => runtime));
  const kinds: ModelKind[] = [];
  if (runtimes.has('ort-node') || runtimes.has('ort-web')) kinds.push('onnx');
  if (runtimes.has('litert')) kinds.push('tflite');
  if (runtimes.has('torch')) kinds.push('plain');
  return kinds;
}
