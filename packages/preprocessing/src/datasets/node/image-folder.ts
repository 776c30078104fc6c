import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../../errors.js';
import { printable } from '../errors.js';
import { compareNames, isPictureName, PICTURE_EXTENSIONS } from '../picture-names.js';
import type { IndexedDataset } from '../types.js';

export interface ImageFolderOptions {
  /** Without dots, in lower case; torchvision's where absent. */
  readonly extensions?: readonly string[];
}

/** Folders within folders within a class, so that links in a circle come to an end. */
const MAX_DEPTH = 64;

/**
 * A folder with a folder for each class, as torchvision's `ImageFolder`: classes sorted by name, the pictures of a class
 * sorted by folder and then by name, at any depth, links followed. Names are listed now, files are read when they are
 * asked for. Throws `DatasetError` where there is no class, or a class without a picture.
 */
export async function imageFolder(root: string, options: ImageFolderOptions = {}): Promise<IndexedDataset> {
  const { extensions = PICTURE_EXTENSIONS } = options;
  const classes = await subfolders(root).catch((cause: unknown) => {
    throw new DatasetError(`${printable(root)}: no folder that can be read`, { cause });
  });
  if (classes.length === 0) throw new DatasetError(`${printable(root)}: holds no folders; each class needs one`);
  const samples: { readonly path: string; readonly label: number }[] = [];
  const empty: string[] = [];
  for (const [label, name] of classes.entries()) {
    const paths = await pictures(join(root, name), extensions);
    if (paths.length === 0) empty.push(name);
    for (const path of paths) samples.push({ path, label });
  }
  if (empty.length > 0) {
    throw new DatasetError(
      `${printable(root)}: no picture (.${extensions.join(', .')}) in ${empty.map(printable).join(', ')}`,
    );
  }
  const sampleAt = (index: number): (typeof samples)[number] => {
    const sample = samples[index];
    if (!sample) throw new DatasetError(`there is no sample ${index}: the data set has ${samples.length}`);
    return sample;
  };
  return {
    kind: 'indexed',
    classes,
    size: samples.length,
    async load(index) {
      const { path, label } = sampleAt(index);
      return { name: path, index, label, bytes: await readFile(path) };
    },
    nameOf: (index) => sampleAt(index).path,
  };
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = await Promise.all(
    entries.map(
      async (entry) => entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, entry.name)))),
    ),
  );
  return entries
    .filter((_, n) => folders[n])
    .map(({ name }) => name)
    .sort(compareNames);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** `sorted(os.walk(folder, followlinks=True))`, then sorted names: by the path of the folder, and in it by the name. */
async function pictures(folder: string, extensions: readonly string[]): Promise<string[]> {
  const folders: string[] = [];
  const visit = async (path: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(path);
    if (above.includes(real) || above.length > MAX_DEPTH) return;
    folders.push(path);
    for (const name of await subfolders(path)) await visit(join(path, name), [...above, real]);
  };
  await visit(folder, []);
  folders.sort(compareNames);
  const found: string[] = [];
  for (const path of folders) {
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && isPictureName(entry.name, extensions));
    for (const { name } of names.sort((a, b) => compareNames(a.name, b.name))) found.push(join(path, name));
  }
  return found;
}
