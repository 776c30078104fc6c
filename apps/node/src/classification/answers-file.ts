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

const NOTHING: Earlier = { images: new Set(), failures: 0, bytes: 0 };

/**
 * What to go on from.
 *
 * @throws UsageError `file-exists` where there are answers and `resume` is not wished, `other-answers` where they are of
 *   another network or none
 */
export async function readEarlier(path: string, model: string, resume: boolean): Promise<Earlier> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || (info.isFile() && info.size === 0)) return NOTHING;
  if (!info.isFile()) {
    if (info.isDirectory()) throw new UsageError('bad-option', `${path} is a folder; --output takes a file.`);
    return NOTHING;
  }
  if (!resume) {
    throw new UsageError('file-exists', `${path} is there already. --resume goes on with it; or remove it.`);
  }
  const [images, whole] = [new Set<string>(), await wholeLines(path)];
  let [failures, number] = [0, 0];
  if (whole === 0) return NOTHING;
  // Line by line: of 20,000 answers only the names are kept.
  const lines = createInterface({
    input: createReadStream(path, { end: whole - 1 }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    number++;
    const answer = parse(line);
    if (answer?.model !== model) {
      throw new UsageError(
        'other-answers',
        `${path}, line ${number}, is ${answer === undefined ? 'no answer of classify' : `of ${answer.model}`}, and this is ${model}. Take another --output.`,
      );
    }
    images.add(answer.image);
    if (answer.failed) failures++;
  }
  return { images, failures, bytes: whole };
}

function parse(line: string): { readonly image: string; readonly model: string; readonly failed: boolean } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('image' in value) || !('model' in value)) return undefined;
    const { image, model } = value;
    return typeof image === 'string' && typeof model === 'string'
      ? { image, model, failed: 'error' in value }
      : undefined;
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

/** A file that answers are written to behind those that are there. */
export interface AnswersFile extends AsyncDisposable {
  write(lines: string): Promise<void>;
}

export async function openAnswers(path: string, { bytes }: Earlier): Promise<AnswersFile> {
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

function cannotWrite(path: string, cause: unknown): ConvzooError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ConvzooError('cannot-write', `${path} cannot be written: ${why}.`, { cause });
}
