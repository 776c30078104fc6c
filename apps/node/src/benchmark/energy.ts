import { readFile } from 'node:fs/promises';
import { ConvzooError } from '@convzoo/layers';

/** Linux's running average power limit: microjoules of the whole package since some moment, and where they start again. */
const COUNTER = '/sys/class/powercap/intel-rapl:0/energy_uj';
const RANGE = '/sys/class/powercap/intel-rapl:0/max_energy_range_uj';

/** Counts the energy of the processor package. */
export interface EnergyMeter {
  /** Joules while `work` runs: of everything that the package does, what it takes at rest included. */
  during(work: () => Promise<void>): Promise<number>;
}

/** Joules between two readings, the counter having started again at most once. */
export function joulesBetween(before: number, after: number, range: number): number {
  return (after >= before ? after - before : after - before + range) / 1e6;
}

/**
 * The meter of this machine.
 *
 * @throws ConvzooError `no-energy-counter` where there is none that may be read, with what to do
 */
export async function openEnergyMeter(counter = COUNTER, rangeFile = RANGE): Promise<EnergyMeter> {
  const read = async (path: string): Promise<number> => Number((await readFile(path, 'utf8')).trim());
  let range: number;
  try {
    range = await read(rangeFile);
    await read(counter);
  } catch (cause) {
    const denied = cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
    const why = denied
      ? `${counter} may be read by root only; "sudo chmod a+r ${counter}" allows it until the next start`
      : `this machine shows no ${counter} (Linux on a processor with RAPL has it, virtual machines mostly not)`;
    const message = `Energy cannot be measured: ${why}. "convzoo cost MODEL" has an estimate.`;
    throw new ConvzooError('no-energy-counter', message, { cause });
  }
  return {
    async during(work) {
      const before = await read(counter);
      await work();
      return joulesBetween(before, await read(counter), range);
    },
  };
}
