import type { Contender } from './contenders.js';
import { LiveCell, type Pace } from './live-cell.js';
import { filesOf, inFolder, onServer } from './models/index.js';
import { openHost, type Programs } from './open-host.js';
import type { Task } from './protocol.js';
import type { Absence, Row } from './results.js';

/** One network at one batch size, with everything that its cells need. */
export interface Measurement {
  readonly run: string;
  readonly model: string;
  readonly batch: number;
  /** Folder of the network's files. */
  readonly folder: string;
  readonly programs: Programs;
  readonly pace: Pace;
  readonly rounds: number;
  /** Processes that the engine loads a network in, of which the fastest counts. */
  readonly loads: number;
  say(text: string): void;
}

/** What each answer is compared with: an engine on one thread in Node. */
const REFERENCE: Contender = { id: 'engine:node:1', runtime: 'engine', place: 'node', threads: 1 };

/** What the engine answers, by a process that ends at once. */
export async function referenceOf(measurement: Measurement): Promise<readonly number[]> {
  const { cell, reason } = await load(REFERENCE, { ...measurement, loads: 1 });
  if (cell === undefined) throw new Error(`the engine does not run ${measurement.model}: ${reason}`);
  await cell.close();
  return cell.output;
}

/** Contenders that take turns: all are loaded first, then each runs a burst a round. */
export async function measureWave(
  contenders: readonly Contender[],
  reference: readonly number[],
  measurement: Measurement,
): Promise<{ readonly rows: readonly Row[]; readonly absent: readonly Absence[] }> {
  const { model, batch, say } = measurement;
  const absent = new Map<string, string>();
  let there: LiveCell[] = [];
  // The engine computes one example beside its batch: what a batch saves is told by turns, not by another run.
  const alone = new Map<string, LiveCell>();
  try {
    say(`${model}, batch ${batch}: loading ${contenders.length} cells`);
    for (const contender of contenders) {
      const { cell, reason } = await load(contender, measurement);
      if (cell !== undefined) there.push(cell);
      else absent.set(contender.id, reason);
      if (cell === undefined || !isEngine(contender) || batch === 1) continue;
      const { cell: single } = await load(contender, { ...measurement, batch: 1, loads: 1 });
      if (single !== undefined) alone.set(contender.id, single);
    }
    for (let round = 0; round < measurement.rounds; round++) {
      say(`${model}, batch ${batch}: round ${round + 1} of ${measurement.rounds}, ${there.length} cells`);
      there = await takeTurns(there, measurement.pace, { alone, absent });
    }
    for (const [cell, reason] of absent) say(`${cell} does not take part in ${model}, batch ${batch}: ${reason}`);
    return {
      rows: there.map((cell) => ({
        ...cell.row(measurement.run, reference),
        alone: alone.get(cell.contender.id)?.least,
      })),
      absent: [...absent].map(([cell, reason]) => ({ model, batch, cell, reason })),
    };
  } finally {
    await Promise.all([...there, ...alone.values()].map((cell) => cell.close()));
  }
}

const isEngine = ({ runtime }: Contender): boolean => runtime === 'engine';

interface Turns {
  readonly alone: ReadonlyMap<string, LiveCell>;
  readonly absent: Map<string, string>;
}

/** A burst each, and one of a single example before the engine's; those that are left. */
async function takeTurns(cells: readonly LiveCell[], pace: Pace, { alone, absent }: Turns): Promise<LiveCell[]> {
  const left: LiveCell[] = [];
  for (const cell of cells) {
    try {
      await alone.get(cell.contender.id)?.burst(pace);
      await cell.burst(pace);
      left.push(cell);
    } catch (error) {
      absent.set(cell.contender.id, reasonOf(error));
      await cell.close().catch(() => {});
    }
  }
  return left;
}

async function load(
  contender: Contender,
  { model, batch, folder, programs, pace, loads }: Measurement,
): Promise<{ readonly cell?: LiveCell; readonly reason: string }> {
  const place = contender.place === 'chromium' ? onServer : inFolder(folder);
  const { runtime, threads } = contender;
  const task: Task = { model, batch, runtime, threads, files: filesOf(model, batch, place) };
  const start = async (): Promise<LiveCell> => {
    const host = await openHost(contender, programs);
    try {
      return await LiveCell.load(contender, host, task, pace);
    } catch (error) {
      await host.close().catch(() => {});
      throw error;
    }
  };
  try {
    let cell = await start();
    for (let more = 1; more < (isEngine(contender) && batch === 1 ? loads : 1); more++) {
      const next = await start();
      next.hasLoaded(cell);
      await cell.close();
      cell = next;
    }
    return { cell, reason: '' };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
