import type { HostTensor } from '@convzoo/layers';
import { type ByteSource, memorySource } from '../../byte-source.js';
import { tensorOver } from '../../tensor-bytes.js';
import { noSuchTensor, type WeightFile } from '../../weight-file.js';
import { headerLength, PREFIX_BYTES, parseHeader, type SafetensorsEntry } from './header.js';

/**
 * Opens a safetensors file: reads and checks its header, and no tensor. Throws WeightsError with code `truncated`,
 * `too-large`, `bad-header`, `duplicate-name`, `unknown-dtype`, `bad-shape` or `bad-offsets`.
 */
export async function openSafetensors(source: ByteSource): Promise<WeightFile> {
  const prefix = await source.read(0, Math.min(PREFIX_BYTES, source.size));
  const length = headerLength(prefix, source.size, source.name);
  const { entries, metadata } = parseHeader(await source.read(PREFIX_BYTES, length), source.size, source.name);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const entryOf = (name: string): SafetensorsEntry => byName.get(name) ?? noSuchTensor(source.name, name);
  const view = source.view?.bind(source);
  const readSync = source.readSync?.bind(source);
  return {
    format: 'safetensors',
    name: source.name,
    fingerprint: source.fingerprint,
    tensors: entries.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    metadata,
    async read(name) {
      const { dtype, shape, offset, byteLength } = entryOf(name);
      return tensorOver(dtype, shape, await source.read(offset, byteLength));
    },
    ...(readSync !== undefined && {
      readSync(name) {
        const { dtype, shape, offset, byteLength } = entryOf(name);
        return tensorOver(dtype, shape, readSync(offset, byteLength));
      },
    }),
    ...(view !== undefined && {
      view(name) {
        const { dtype, shape, offset, byteLength } = entryOf(name);
        return tensorOver(dtype, shape, view(offset, byteLength));
      },
    }),
    async close() {
      await source.close?.();
    },
  };
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Every tensor of a file that is in memory, at once and without waiting; copied out of it. */
export function readSafetensors(bytes: Uint8Array | ArrayBuffer, name = 'safetensors'): Safetensors {
  const source = memorySource(bytes, name);
  const length = headerLength(source.readSync(0, Math.min(PREFIX_BYTES, source.size)), source.size, name);
  const { entries, metadata } = parseHeader(source.readSync(PREFIX_BYTES, length), source.size, name);
  const tensor = (entry: SafetensorsEntry): HostTensor =>
    tensorOver(entry.dtype, entry.shape, source.readSync(entry.offset, entry.byteLength));
  return { tensors: new Map(entries.map((entry) => [entry.name, tensor(entry)])), metadata };
}
