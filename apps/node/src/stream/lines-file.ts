import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { ConvzooError } from '@convzoo/layers';
import { UsageError } from '../errors.js';
import { fileError } from '../pictures/file-error.js';

/** What a file of answers, one JSON object a line, has already. */
export interface Earlier {
  /** Names of the pictures that were answered. */
  readonly images: ReadonlySet<string>;
  /** Those that could not be read. */
  readonly failures: number;
  /** Bytes of its whole lines; what comes after was cut off by a break. */
  readonly bytes: number;
}

/** Of a file that is not there. */
export const NOTHING: Earlier = { images: new Set(), failures: 0, bytes: 0 };

/** One line: the picture's name and whatever else a command writes. */
export type AnswerLine = Readonly<Record<string, unknown>> & { readonly image: string };

/** What the lines of a command are. */
export interface LineKind {
  /** The command that writes them. */
  readonly command: string;
  /** What this run's are of, for messages: a network, a layer. */
  readonly subject: string;
  /** What a line is of; undefined where it is none of that command's. */
  subjectOf(line: AnswerLine): string | undefined;
}

/**
 * What to go on from.
 *
 * @throws UsageError `file-exists` where there are answers and `resume` is not wished, `other-answers` where they are of
 *   another kind
 */
export async function readEarlier(path: string, kind: LineKind, resume: boolean): Promise<Earlier> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || (info.isFile() && info.size === 0)) return NOTHING;
  if (!info.isFile()) {
    if (info.isDirectory()) throw new UsageError('bad-option', `${path} is a folder; --output takes a file.`);
    return NOTHING;
  }
  if (!resume) throw fileExists(path);
  const [images, whole] = [new Set<string>(), await wholeLines(path)];
  let [failures, number] = [0, 0];
  if (whole === 0) return NOTHING;
  // Line by line: of 20,000 answers only the names are kept.
  const lines = createInterface({
    input: createReadStream(path, { end: whole - 1 }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const text of lines) {
    number++;
    const line = parse(text);
    const subject = line === undefined ? undefined : kind.subjectOf(line);
    if (line === undefined || subject !== kind.subject) {
      const found = subject === undefined ? `no answer of ${kind.command}` : `of ${subject}`;
      throw new UsageError(
        'other-answers',
        `${path}, line ${number}, is ${found}, and this is ${kind.subject}. Take another --output.`,
      );
    }
    images.add(line.image);
    if ('error' in line) failures++;
  }
  return { images, failures, bytes: whole };
}

export const fileExists = (path: string): UsageError =>
  new UsageError('file-exists', `${path} is there already. --resume goes on with it; or remove it.`);

function parse(text: string): AnswerLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('image' in value)) return undefined;
    const { image } = value;
    return typeof image === 'string' ? { ...value, image } : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes up to the last end of a line, looked for from the end. */
async function wholeLines(path: string): Promise<number> {
  await using file = await openFile(path, 'r');
  const { size } = await file.stat();
  const chunk = new Uint8Array(65_536);
  for (let end = size; end > 0; end -= chunk.length) {
    const start = Math.max(0, end - chunk.length);
    const { bytesRead } = await file.read(chunk, 0, end - start, start);
    const last = chunk.subarray(0, bytesRead).lastIndexOf(10);
    if (last >= 0) return start + last + 1;
  }
  return 0;
}

/** A file that lines are written to behind those that are there. */
export interface LinesFile extends AsyncDisposable {
  write(lines: string): Promise<void>;
}

/** @throws ConvzooError `cannot-write` */
export async function openLines(path: string, { bytes }: Pick<Earlier, 'bytes'>): Promise<LinesFile> {
  const file = await openFile(path, 'a');
  if ((await file.stat()).isFile()) await file.truncate(bytes);
  return {
    write: (lines) =>
      file.appendFile(lines).catch((error: unknown) => {
        throw cannotWrite(path, error);
      }),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function openFile(path: string, flags: string): Promise<FileHandle> {
  return open(path, flags).catch((error: unknown) => {
    throw flags === 'r' ? fileError(path, error) : cannotWrite(path, error);
  });
}

export function cannotWrite(path: string, cause: unknown): ConvzooError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ConvzooError('cannot-write', `${path} cannot be written: ${why}.`, { cause });
}
