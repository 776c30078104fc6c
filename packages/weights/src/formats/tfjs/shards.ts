import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import type { TfjsGroup } from './manifest.js';

/** The files of a model, opened group by group when first needed. */
export class Shards {
  readonly #model: ByteSource;
  readonly #groups = new Map<TfjsGroup, Promise<readonly ByteSource[]>>();

  constructor(model: ByteSource) {
    this.#model = model;
  }

  /** Bytes of a group, out of as many files as they lie in. */
  async read(group: TfjsGroup, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (length === 0) return new Uint8Array(0);
    const opening = this.#groups.get(group) ?? this.#open(group);
    this.#groups.set(group, opening);
    const sources = await opening;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let start = 0;
    for (const source of sources) {
      const [from, to] = [Math.max(offset, start), Math.min(offset + length, start + source.size)];
      if (from < to) parts.push(await source.read(from - start, to - from));
      start += source.size;
    }
    const [first, ...others] = parts;
    if (first !== undefined && others.length === 0) return first;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  async close(): Promise<void> {
    const groups = await Promise.allSettled(this.#groups.values());
    for (const group of groups) if (group.status === 'fulfilled') await closeAll(group.value);
  }

  async #open(group: TfjsGroup): Promise<readonly ByteSource[]> {
    const { name } = this.#model;
    const sources: ByteSource[] = [];
    try {
      for (const path of group.paths) sources.push(await this.#sibling(path));
      const size = sources.reduce((sum, source) => sum + source.size, 0);
      if (size !== group.byteLength) {
        throw new WeightsError(
          size < group.byteLength ? 'truncated' : 'bad-offsets',
          `${name}: the weights in ${group.paths.slice(0, 4).join(', ')} need ${group.byteLength} bytes, but the files have ${size}; fetch them again.`,
        );
      }
      return sources;
    } catch (error) {
      await closeAll(sources);
      throw error;
    }
  }

  #sibling(path: string): Promise<ByteSource> {
    const { name, sibling } = this.#model;
    if (sibling !== undefined) return sibling(path);
    throw new WeightsError(
      'cannot-read',
      `${name} has its numbers in other files (${path.slice(0, 200)}), which cannot be found from bytes alone; open it with openWeightsFile, urlSource or folderSource.`,
    );
  }
}

async function closeAll(sources: readonly ByteSource[]): Promise<void> {
  for (const source of sources) await source.close?.();
}
