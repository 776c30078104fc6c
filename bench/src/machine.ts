import { cpus, loadavg, release, totalmem } from 'node:os';

/** Where and when a benchmark ran: numbers without it say little. */
export function machine(): Record<string, string | number> {
  const [first] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: first?.model ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.versions.node,
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}
