import { type ByteSource, memorySource } from './byte-source.js';
import { WeightsError } from './errors.js';

/** Longest path in a manifest; file systems stop at 4096 for the whole. */
const MAX_PATH = 1024;

/**
 * The parts of a path that a file gives for another beside it. Refused (WeightsError `unsafe-path`) is whatever could lead
 * out of its folder on any system: `..`, absolute paths, drives, schemes, backslashes, control characters.
 */
export function siblingParts(path: string, file: string): readonly string[] {
  const parts = path.split('/');
  const ok = path.length <= MAX_PATH && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  if (ok && !/[\\:\u0000-\u001f\u007f]/.test(path)) return parts;
  throw new WeightsError(
    'unsafe-path',
    `${file} refers to the file ${JSON.stringify(path.slice(0, 200))}, which may lie outside of its folder; it was not read.`,
  );
}

/**
 * One of several files that belong together, e.g. those of a file input or a drop: `main` is opened, and finds the others
 * by their paths.
 */
export function folderSource(
  files: ReadonlyMap<string, ByteSource | Uint8Array | ArrayBuffer>,
  main: string,
): ByteSource {
  const get = (path: string): ByteSource => {
    const file = files.get(path);
    if (file === undefined) {
      throw new WeightsError('cannot-read', `Cannot read ${path}: it is not among the ${files.size} files given.`);
    }
    return file instanceof Uint8Array || file instanceof ArrayBuffer ? memorySource(file, path) : file;
  };
  const slash = main.lastIndexOf('/');
  const folder = main.slice(0, slash + 1);
  return { ...get(main), sibling: async (path) => get(folder + siblingParts(path, main).join('/')) };
}
