import { summarise } from '../statistics.js';
import type { Contender } from './contenders.js';
import { difference } from './difference.js';
import { OTHERS, quiet, watch } from './gate.js';
import type { Host } from './hosts/host.js';
import type { ProcessMemory } from './memory.js';
import type { Loaded, Task } from './protocol.js';
import type { Row } from './results.js';
import { within } from './within.js';

/** How long and how often a cell runs. */
export interface Pace {
  /** Milliseconds that a burst lasts about, whatever the network; at least one run. */
  readonly burst: number;
  /** How often a burst is repeated that was disturbed, before it is kept all the same. */
  readonly repeats: number;
  /** Seconds to wait for a quiet machine before a load, and before a burst that is repeated. */
  readonly patience: number;
}

/** After the others' turns caches are cold and the clock is low: a run that is not counted, unless it is long enough itself. */
const WARM_UNTIL = 400;
const MOST_RUNS = 20;

/** A cell that takes part: it is loaded, and collects its times. */
export class LiveCell {
  readonly contender: Contender;
  readonly output: readonly number[];
  readonly #host: Host;
  readonly #task: Task;
  #loaded: Loaded;
  #loadDisturbed: boolean;
  readonly #times: number[] = [];
  readonly #processors: number[] = [];
  #disturbed = 0;
  #memory: ProcessMemory | undefined;

  private constructor(contender: Contender, host: Host, task: Task, loaded: Loaded, loadDisturbed: boolean) {
    this.contender = contender;
    this.output = loaded.output;
    this.#host = host;
    this.#task = task;
    this.#loaded = loaded;
    this.#loadDisturbed = loadDisturbed;
  }

  /** @throws whatever keeps it from taking part */
  static async load(contender: Contender, host: Host, task: Task, { patience }: Pace): Promise<LiveCell> {
    await quiet(patience);
    const stop = await watch(host.pid);
    const loaded = await within(host.load(task));
    const usage = await stop?.();
    const cell = new LiveCell(contender, host, task, loaded, (usage?.others ?? 0) > OTHERS);
    cell.#memory = await host.memory();
    return cell;
  }

  /** Takes over what another process took for the same, where that was less. */
  hasLoaded(other: LiveCell): void {
    const [own, others] = [this.#loaded, other.#loaded];
    this.#loaded = { ...own, load: Math.min(own.load, others.load), first: Math.min(own.first, others.first) };
    this.#loadDisturbed &&= other.#loadDisturbed;
  }

  /** Milliseconds of its fastest run. */
  get least(): number {
    return Math.min(...this.#times);
  }

  async burst({ burst, repeats, patience }: Pace): Promise<void> {
    const expected = Math.min(...this.#times, this.#loaded.first);
    const runs = Math.max(1, Math.min(MOST_RUNS, Math.round(burst / expected)));
    for (let attempt = 0; ; attempt++) {
      if (attempt > 0) await quiet(patience);
      if (expected < WARM_UNTIL) await within(this.#host.run(1));
      const stop = await watch(this.#host.pid);
      const times = await within(this.#host.run(runs));
      const usage = await stop?.();
      const disturbed = (usage?.others ?? 0) > OTHERS;
      if (disturbed && attempt < repeats) continue;
      this.#disturbed += Number(disturbed);
      this.#times.push(...times);
      if (usage !== undefined) this.#processors.push(usage.cell);
      break;
    }
    this.#memory = (await this.#host.memory()) ?? this.#memory;
  }

  row(run: string, reference: readonly number[]): Row {
    const { model, batch } = this.#task;
    const { id: cell, runtime, place, threads } = this.contender;
    const { min, median, rounds: runs } = summarise(this.#times);
    const { description, load, first } = this.#loaded;
    return {
      ...{ model, batch, cell, runtime, place, threads, run, description },
      ...{ load: rounded(load), first: rounded(first), median, min, runs },
      processors: meanOf(this.#processors),
      ...{ disturbed: this.#disturbed, loadDisturbed: this.#loadDisturbed },
      peakMemory: this.#memory?.peak,
      memory: this.#memory?.now,
      proportionalMemory: this.#memory?.proportional,
      difference: Number(difference(this.output, reference).toPrecision(2)),
    };
  }

  close(): Promise<void> {
    return this.#host.close();
  }
}

const rounded = (milliseconds: number): number => Number(milliseconds.toPrecision(4));

function meanOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2));
}
