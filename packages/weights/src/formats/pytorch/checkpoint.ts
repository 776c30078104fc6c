import type { ByteSource } from '../../byte-source.js';
import type { TorchValue } from './globals.js';
import type { Storage } from './tensor.js';

/**
 * Longest pickle that is read. That of a ResNet-50 has 40 KB, since the numbers lie outside; one with an optimiser of many
 * parameters some hundred.
 */
export const MAX_PICKLE_BYTES = 16_000_000;

/** What a file of torch holds, its numbers left where they are. */
export interface Checkpoint {
  readonly value: TorchValue;
  /** Bytes of a storage. */
  read(storage: Storage, start: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

export type ReadCheckpoint = (source: ByteSource) => Promise<Checkpoint>;
