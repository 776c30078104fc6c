import { type GoldenKeys, type GoldenNetwork, type GoldenRecord, ownNetwork, zooNetwork } from '@convzoo/parity';
import type { NamePair } from '@convzoo/weights';
import { openModel } from '../network/model.js';

export type NetworkFinder = (record: GoldenRecord) => GoldenNetwork;

export interface FinderOptions {
  /** By case. */
  readonly keys: ReadonlyMap<string, GoldenKeys>;
  readonly renames: readonly NamePair[];
}

/** The network that is compared with each record: the one that it names, or the user's MODEL for all. */
export async function networkFinder(
  model: string | undefined,
  { keys, renames }: FinderOptions,
): Promise<NetworkFinder> {
  const optionsOf = (record: GoldenRecord) => ({ keys: keys.get(record.case), renames });
  if (model === undefined) return (record) => zooNetwork(record, optionsOf(record));
  const { graph, source } = await openModel(model);
  return source === 'zoo'
    ? (record) => zooNetwork(record, { ...optionsOf(record), model })
    : (record) => ownNetwork(record, graph, optionsOf(record));
}
