import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { isObject } from '../../json.js';
import { MAX_TENSORS } from '../../limits.js';
import { siblingParts } from '../../siblings.js';

/** Most files of one set of weights; the largest language models have some 200. */
const MAX_FILES = 1000;

/** Which names of an index lie in which files, as Hugging Face and Keras 3 write it. */
export interface WeightMap {
  /** Files by name; one of them, or in Keras several. */
  readonly filesOf: ReadonlyMap<string, readonly string[]>;
  /** Every file once. */
  readonly files: readonly string[];
}

/** The `weight_map` of an index, its paths checked. WeightsError `bad-header`, `too-large` or `unsafe-path`. */
export function parseWeightMap(map: unknown, file: string): WeightMap {
  const fail = (code: 'bad-header' | 'too-large', message: string): never => {
    throw new WeightsError(code, `${file}: ${message}.`);
  };
  if (!isObject(map)) return fail('bad-header', 'its weight_map is no object');
  const filesOf = new Map<string, readonly string[]>();
  const files = new Set<string>();
  for (const [name, value] of Object.entries(map)) {
    const paths: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!paths.every((path): path is string => typeof path === 'string')) {
      return fail('bad-header', `its weight_map has no file for ${JSON.stringify(name.slice(0, 200))}`);
    }
    for (const path of paths) files.add(path);
    filesOf.set(name, paths);
    if (filesOf.size > MAX_TENSORS || files.size > MAX_FILES) {
      fail('too-large', `its weight_map has more than ${MAX_TENSORS} names or ${MAX_FILES} files`);
    }
  }
  for (const path of files) siblingParts(path, file);
  return { filesOf, files: [...files] };
}

/** A file of the set. */
export function openSibling({ name, sibling }: ByteSource, path: string): Promise<ByteSource> {
  if (sibling !== undefined) return sibling(path);
  throw new WeightsError(
    'cannot-read',
    `${name} has its numbers in other files (${path.slice(0, 200)}), which cannot be found from bytes alone; open it with openWeightsFile, urlSource or folderSource.`,
  );
}
