import { readFile, stat } from 'node:fs/promises';
import { ConvzooError } from '@convzoo/layers';
import { describeFailure, UsageError } from '../errors.js';
import { fileError } from '../pictures/file-error.js';
import { findPictures } from '../pictures/find.js';

/** A picture to be answered: a file, or the bytes that came through standard input. */
export interface Picture {
  /** As the user named it; `-` for standard input. */
  readonly name: string;
  readonly bytes?: Uint8Array;
}

/** Standard input in the place of a file. */
const STDIN = '-';

/** Largest picture through standard input: a stream has no size to look at first, and pictures of 100 MB are rare. */
const MAX_PICTURE = 256 * 2 ** 20;
/** Largest list of names: a million of 100 letters are 100 MB. */
const MAX_LIST = 256 * 2 ** 20;

/**
 * What the arguments and `--files-from` name, in order and each once. `-` among the arguments is one picture on standard
 * input; `--files-from -` is names on it, one a line.
 *
 * @throws UsageError `bad-option`, `no-pictures`; ConvzooError `too-large`, `no-such-file`
 */
export async function openPictures(inputs: readonly string[], list: string | undefined): Promise<readonly Picture[]> {
  if (list === STDIN && inputs.includes(STDIN)) {
    throw new UsageError('bad-option', 'Standard input is either a picture (-) or names (--files-from -), not both.');
  }
  const names = new Set<string>();
  for (const input of inputs) for (const name of input === STDIN ? [STDIN] : await filesOf(input)) names.add(name);
  for (const name of list === undefined ? [] : await namesIn(list)) names.add(name);
  if (names.size === 0 && list !== undefined) throw new UsageError('no-pictures', `${list} names no picture.`);
  if (names.size === 0) await findPictures(inputs);
  const bytes = inputs.includes(STDIN) ? await readStdin(MAX_PICTURE) : undefined;
  return [...names].map((name) => (name === STDIN && bytes !== undefined ? { name, bytes } : { name }));
}

/** None for an empty folder: the others may have some. */
async function filesOf(input: string): Promise<readonly string[]> {
  return findPictures([input]).catch((error: unknown) => {
    if (describeFailure(error).code === 'no-pictures') return [];
    throw error;
  });
}

/** Lines that are not empty, as they are: names are not patterns there. */
async function namesIn(list: string): Promise<readonly string[]> {
  const bytes = list === STDIN ? await readStdin(MAX_LIST) : await readList(list);
  return new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line !== '');
}

async function readList(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
}

/** @throws ConvzooError `too-large`; UsageError `bad-option` where it is a folder */
export async function readStdin(most: number): Promise<Uint8Array> {
  // Not fstatSync: after it of a pipe, Node's realpathSync takes paths for pipes, and the next import fails.
  const info = await stat('/dev/stdin').catch(() => undefined);
  if (info?.isDirectory() === true)
    throw new UsageError('bad-option', 'Standard input is a folder; pipe a picture in.');
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of process.stdin as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > most) throw new ConvzooError('too-large', `Standard input has more than ${most} bytes; name a file.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
