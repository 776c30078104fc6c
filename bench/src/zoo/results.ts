import { readFile, writeFile } from 'node:fs/promises';
import type { LayerTime, NetworkTime, Peaks } from './protocol.js';

export interface ZooResults {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly networks: readonly NetworkTime[];
  /** Networks that were not measured, and why. */
  readonly skipped: readonly { readonly model: string; readonly reason: string }[];
  readonly peaks?: Peaks | undefined;
  readonly layers: readonly LayerTime[];
}

const file = new URL('../../results/zoo.json', import.meta.url);

export async function readZoo(): Promise<ZooResults | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ZooResults);
}

export async function writeZoo(results: ZooResults): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}
