import { DatasetError, invalidArgument } from '../errors.js';
import { printable } from './errors.js';
import { extensionOf, isPictureName } from './picture-names.js';
import { inOrder } from './records.js';
import { readTar, type TarFile } from './tar.js';
import type { ByteSource, RawSample, StreamDataset } from './types.js';

interface TarLimits {
  /** See `TarOptions`. */
  readonly maxEntryBytes?: number;
}

export interface TarTreeOptions extends TarLimits {
  /** Names of the folders that are classes, in the order of their labels. */
  readonly classes: readonly string[];
  /** Folder that the classes are in, wherever the archive has it: `train`, say. Any where absent. */
  readonly under?: string;
}

/**
 * A tree of class folders (`.../UNDER/CLASS/NAME.jpg`) in tar or tar.gz files, in the order of the archive. A folder that is
 * not among the classes is a `DatasetError`.
 */
export function tarTree(sources: readonly ByteSource[], options: TarTreeOptions): StreamDataset {
  const { classes, under, ...limits } = options;
  if (classes.length === 0) throw invalidArgument('tarTree: name at least one class');
  const labels = new Map(classes.map((name, label) => [name, label]));
  const wanted = (name: string): boolean => {
    const folder = name.split('/').slice(0, -2).join('/');
    return isPictureName(name) && (under === undefined || `/${folder}`.endsWith(`/${under}`));
  };
  return {
    kind: 'stream',
    classes,
    async *read(random) {
      for (const { source, first } of inOrder(sources, random)) {
        let n = 0;
        for await (const { name, bytes } of readTar(source, { wanted, ...limits })) {
          const folder = name.split('/').at(-2) ?? '';
          const label = labels.get(folder);
          if (label === undefined) {
            throw new DatasetError(
              `${printable(source.name)}: ${printable(name)} is in a folder that is not one of the ${classes.length} classes`,
            );
          }
          yield { name: `${source.name}, ${name}`, index: first + n++, label, bytes };
        }
        if (n === 0) {
          const place = under === undefined ? '' : `${under}/`;
          throw new DatasetError(`${printable(source.name)}: no picture is named .../${place}CLASS/NAME.jpg`);
        }
      }
    },
  };
}

/** The files of one sample by what follows the first dot of their names, in lower case. */
export type SampleFiles = ReadonlyMap<string, Uint8Array>;

export interface WebDatasetOptions extends TarLimits {
  readonly classes: readonly string[];
  /** The label of a sample; where absent, the integer in its `.cls` file. */
  readonly label?: (files: SampleFiles, name: string) => number;
  /** Extensions of the picture, the first that is there; where absent, those of every format that is read. */
  readonly pictures?: readonly string[];
}

/** Most files of one sample, and so of what is in memory at once besides the sizes that are allowed. */
const MAX_FILES_PER_SAMPLE = 64;

/**
 * Shards as WebDataset writes them: files that follow one another and have the same name up to the first dot are one
 * sample (`n01/000012.jpg`, `n01/000012.cls`). Nothing is unpacked; with a shuffle the shards come in another order.
 */
export function webDataset(shards: readonly ByteSource[], options: WebDatasetOptions): StreamDataset {
  const { classes, ...rest } = options;
  return {
    kind: 'stream',
    classes,
    async *read(random) {
      for (const { source, first } of inOrder(shards, random)) {
        let n = 0;
        for await (const { name, files } of groups(source, rest)) {
          yield toSample(source, name, files, first + n++, options);
        }
      }
    },
  };
}

interface Group {
  readonly name: string;
  readonly files: Map<string, Uint8Array>;
}

async function* groups(source: ByteSource, limits: TarLimits): AsyncGenerator<Group> {
  let group: Group | undefined;
  for await (const file of readTar(source, { wanted: isSampleFile, ...pick(limits) })) {
    const { name, extension } = splitName(file);
    if (group && group.name !== name) {
      yield group;
      group = undefined;
    }
    group ??= { name, files: new Map() };
    if (group.files.has(extension) || group.files.size === MAX_FILES_PER_SAMPLE) {
      throw new DatasetError(
        `${printable(source.name)}: ${printable(name)} has .${printable(extension)} twice, or more than ${MAX_FILES_PER_SAMPLE} files`,
      );
    }
    group.files.set(extension, file.bytes);
  }
  if (group) yield group;
}

const pick = ({ maxEntryBytes }: TarLimits): TarLimits => (maxEntryBytes === undefined ? {} : { maxEntryBytes });

/** A file with an extension that is not hidden: WebDataset leaves out the others. */
const isSampleFile = (name: string): boolean => /[^/.][^/]*\.[^/]+$/.test(name) && !/(^|\/)\.[^/]*$/.test(name);

function splitName({ name }: TarFile): { readonly name: string; readonly extension: string } {
  const start = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', start);
  return { name: name.slice(0, dot), extension: name.slice(dot + 1).toLowerCase() };
}

function toSample(
  source: ByteSource,
  name: string,
  files: Map<string, Uint8Array>,
  index: number,
  { classes, label = integerLabel, pictures }: WebDatasetOptions,
): RawSample {
  const where = `${source.name}, ${name}`;
  const extensions = pictures ?? [...files.keys()].filter((extension) => isPictureName(`x.${extensionOf(extension)}`));
  const extension = extensions.find((each) => files.has(each));
  const bytes = extension === undefined ? undefined : files.get(extension);
  if (!bytes)
    throw new DatasetError(`${printable(where)}: no picture among .${[...files.keys()].map(printable).join(', .')}`);
  const number = label(files, where);
  if (!(Number.isInteger(number) && number >= 0 && number < classes.length)) {
    throw new DatasetError(`${printable(where)}: the label is ${number}, expected 0 to ${classes.length - 1}`);
  }
  return { name: `${where}.${extension ?? ''}`, index, label: number, bytes };
}

function integerLabel(files: SampleFiles, name: string): number {
  const text = new TextDecoder().decode(files.get('cls')?.subarray(0, 32)).trim();
  if (!/^\d{1,9}$/.test(text)) {
    throw new DatasetError(
      `${printable(name)}: no .cls file with an integer, got ${JSON.stringify(text)}; give a label function`,
    );
  }
  return Number(text);
}
