import { readFile } from 'node:fs/promises';

/** Bytes of a process, from `/proc`; undefined where there is none. */
export interface ProcessMemory {
  /** The most that was resident at once. */
  readonly peak: number;
  /** Resident now. */
  readonly now: number;
  /** Now, with pages that several processes map shared out among them. */
  readonly proportional?: number | undefined;
}

export async function memoryOf(pid: number): Promise<ProcessMemory | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  if (status === undefined) return undefined;
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return {
    peak: kilobytes(status, 'VmHWM') ?? 0,
    now: kilobytes(status, 'VmRSS') ?? 0,
    proportional: kilobytes(rollup, 'Pss'),
  };
}

function kilobytes(text: string, key: string): number | undefined {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : 1024 * Number(found);
}
