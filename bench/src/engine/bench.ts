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
  }

  get results(): Results {
    return this.#results;
  }

  async add(added: Partial<Results>): Promise<void> {
    this.#results = merged(this.#results, { runs: [this.#run], ...added });
    await mkdir(dirname(fileURLToPath(this.#settings.file)), { recursive: true });
    await writeResults(this.#settings.file, this.#results);
  }

  async measure(model: string): Promise<void> {
    const todo = this.#settings.batches
      .map((batch) => ({
        batch,
        contenders: this.#settings.contenders.filter((contender) => this.#isWanted(model, batch, contender)),
      }))
      .filter(({ contenders }) => contenders.length > 0);
    if (todo.length === 0) return;
    await mkdir(this.#folder, { recursive: true });
    const batches = todo.map(({ batch }) => batch);
    const facts = await prepareModel(
      this.#folder,
      model,
      batches,
      kindsFor(todo.flatMap(({ contenders }) => contenders)),
    );
    await this.add({ networks: [facts] });
    for (const { batch, contenders } of todo) await this.#measureBatch(facts, batch, contenders);
    // A large network's files take gigabytes.
    await rm(this.#folder, { recursive: true, force: true });
  }

  #isWanted(model: string, batch: number, { id }: Contender): boolean {
    return !this.#settings.resume || !isMeasured(this.#results, { model, batch, cell: id });
  }

  async #measureBatch(
    { model, parameterBytes }: NetworkFacts,
    batch: number,
    contenders: readonly Contender[],
  ): Promise<void> {
    const { pace, memory } = this.#settings;
    const measurement: Measurement = {
      ...{ run: this.#run.id, model, batch, folder: this.#folder, programs: this.#programs, pace },
      rounds: this.#run.rounds[batch] ?? 1,
      say: (text) => process.stderr.write(`${text}\n`),
    };
    const reference = await referenceOf(measurement);
    for (const wave of waves(contenders, { parameterBytes, memory })) {
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
