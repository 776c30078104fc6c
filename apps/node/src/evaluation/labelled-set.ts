import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvzooError } from '@convzoo/layers';
import type { Image, LabelledImages } from '@convzoo/preprocessing';
import { imagenetClasses } from '@convzoo/preprocessing/imagenet-classes';
import { UsageError } from '../errors.js';
import { readPicture } from '../network/classifier.js';
import { findPictures } from '../pictures/find.js';
import { readLabelledImages, type Split } from '../training/datasets.js';

/** Pictures with their right answers, read when they are asked for. */
export interface LabelledSet {
  readonly size: number;
  /** The file of a picture, or its number where many are in one file. */
  name(index: number): string;
  /** Index of the right class. */
  label(index: number): number;
  image(index: number): Promise<Image>;
}

export function setOfImages({ images, labels, size }: LabelledImages): LabelledSet {
  const bytes = size * size * 3;
  return {
    size: labels.length,
    name: String,
    label: (index) => labels[index] ?? -1,
    image: async (index) => ({
      width: size,
      height: size,
      channels: 3,
      data: images.subarray(index * bytes, (index + 1) * bytes),
    }),
  };
}

interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

const setOfFiles = (files: readonly LabelledFile[]): LabelledSet => ({
  size: files.length,
  name: (index) => files[index]?.path ?? '',
  label: (index) => files[index]?.label ?? -1,
  image: (index) => readPicture(files[index]?.path ?? ''),
});

/**
 * What a path holds: a data set file, a folder with a `labels.json` (`[{ file, label }]`), or a folder with a folder of
 * pictures for each class, called by its WordNet id, its label or its number.
 *
 * @throws UsageError `unknown-dataset`
 */
export async function openLabelledSet(path: string, split: Split, labels: readonly string[]): Promise<LabelledSet> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new ConvzooError('no-such-file', `${path}: there is no such file or folder.`, { cause });
  });
  if (!info.isDirectory()) return setOfImages(await readLabelledImages(path, split));
  const listed = await readFile(join(path, 'labels.json'), 'utf8').catch(() => undefined);
  return setOfFiles(
    listed === undefined ? await fromClassFolders(path, labels) : fromList(path, listed, labels.length),
  );
}

function fromList(folder: string, text: string, classes: number): readonly LabelledFile[] {
  const wrong = (what: string): UsageError =>
    new UsageError(
      'unknown-dataset',
      `${join(folder, 'labels.json')}: ${what}; it must be [{ "file": "x.png", "label": 0 }, ...].`,
    );
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    throw wrong('it is not JSON');
  }
  if (!Array.isArray(rows) || rows.length === 0) throw wrong('it is no list of pictures');
  return rows.map((row: unknown, i) => {
    if (row === null || typeof row !== 'object' || !('file' in row) || typeof row.file !== 'string')
      throw wrong(`entry ${i} has no file`);
    const label = 'label' in row ? row.label : undefined;
    if (typeof label !== 'number' || !Number.isInteger(label) || label < 0 || label >= classes) {
      throw wrong(`entry ${i} has label ${String(label)}, but the network has ${classes} classes`);
    }
    return { path: join(folder, row.file), label };
  });
}

async function fromClassFolders(folder: string, labels: readonly string[]): Promise<readonly LabelledFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: LabelledFile[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const label = classOfFolder(name, labels);
    if (label === undefined) {
      throw new UsageError(
        'unknown-dataset',
        `${join(folder, name)}: no class of the network is called "${name}" (it knows e.g. ${labels.slice(0, 3).join(', ')}).`,
      );
    }
    files.push(...(await findPictures([join(folder, name)])).map((path) => ({ path, label })));
  }
  if (files.length > 0) return files;
  throw new UsageError(
    'unknown-dataset',
    `${folder} has neither a labels.json nor a folder of pictures for each class.`,
  );
}

function classOfFolder(name: string, labels: readonly string[]): number | undefined {
  const byLabel = labels.indexOf(name);
  if (byLabel >= 0) return byLabel;
  const byWordNet =
    labels.length === imagenetClasses.length ? imagenetClasses.findIndex(({ wnid }) => wnid === name) : -1;
  if (byWordNet >= 0) return byWordNet;
  return /^\d+$/.test(name) && Number(name) < labels.length ? Number(name) : undefined;
}
