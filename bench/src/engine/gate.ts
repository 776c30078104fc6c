import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processor time that others may take while a burst runs, in processors. */
export const OTHERS = 0.15;
/** Below this the machine counts as quiet. */
const QUIET = 0.12;

/** Clock ticks a second of `/proc`; 100 on every Linux that Node runs on. */
const TICKS = 100;

interface Reading {
  /** Seconds of processor time of everything on this machine. */
  readonly all: number;
  /** Of this process and those that it started, and those they started. */
  readonly ours: number;
  /** Of the cell and those that it started. */
  readonly cell: number;
  readonly at: number;
}

/** What happened between two readings, in processors. */
export interface Usage {
  readonly others: number;
  readonly cell: number;
}

/** Starts watching; `undefined` where there is no `/proc`, and nothing is known then. */
export async function watch(cell: number): Promise<(() => Promise<Usage>) | undefined> {
  const before = await read(cell);
  if (before === undefined) return undefined;
  return async () => {
    const after = (await read(cell)) ?? before;
    const seconds = (after.at - before.at) / 1000;
    const all = after.all - before.all;
    return { others: (all - (after.ours - before.ours)) / seconds, cell: (after.cell - before.cell) / seconds };
  };
}

/** Waits until others leave the machine alone, at most so many seconds. */
export async function quiet(patience: number): Promise<void> {
  const end = performance.now() + 1000 * patience;
  while (performance.now() < end) {
    const stop = await watch(process.pid);
    if (stop === undefined) return;
    await sleep(250);
    if ((await stop()).others < QUIET) return;
    await sleep(250);
  }
}

async function read(cell: number): Promise<Reading | undefined> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // user, nice, system, idle, iowait, irq, softirq, steal
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (text.split('\n')[0] ?? '')
    .split(/\s+/)
    .map(Number);
  const processes = await readProcesses();
  return {
    all: (user + nice + system + irq + softirq + steal) / TICKS,
    ours: secondsUnder(processes, process.pid),
    cell: secondsUnder(processes, cell),
    at: performance.now(),
  };
}

interface Process {
  readonly parent: number;
  readonly seconds: number;
}

async function readProcesses(): Promise<ReadonlyMap<number, Process>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid): Promise<readonly [number, Process] | undefined> => {
      // Gone meanwhile, perhaps.
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS;
      return [Number(pid), { parent: Number(fields[1]), seconds }];
    }),
  );
  return new Map(found.filter((entry) => entry !== undefined));
}

function secondsUnder(processes: ReadonlyMap<number, Process>, root: number): number {
  let seconds = 0;
  for (const [pid, { seconds: own }] of processes) if (descends(processes, pid, root)) seconds += own;
  return seconds;
}

function descends(processes: ReadonlyMap<number, Process>, pid: number, root: number): boolean {
  for (let each: number | undefined = pid; each !== undefined && each > 0; each = processes.get(each)?.parent) {
    if (each === root) return true;
  }
  return false;
}
