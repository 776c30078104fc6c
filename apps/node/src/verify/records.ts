import { readFile, stat } from 'node:fs/promises';
import { type GoldenRecord, type Goldens, ParityError, parseGoldens, RECORD_LIMITS } from '@convzoo/parity';
import { UsageError } from '../errors.js';
import { printable } from '../output/printable.js';
import { readStdin } from '../stream/picture.js';

/** Records of one file, with the keys of it and, where they have a file of their own, of that. */
export async function readGoldens(file: string, keysFile: string | undefined): Promise<Goldens> {
  const goldens = await parseFile(file);
  if (goldens.records.length === 0) {
    const only = goldens.keys.size > 0 ? ', only keys (give those by --keys)' : '';
    throw new ParityError('no-records', `${file} has no records${only}; where nothing is compared, nothing agrees.`);
  }
  if (keysFile === undefined) return goldens;
  return { ...goldens, keys: new Map([...goldens.keys, ...(await parseFile(keysFile)).keys]) };
}

/** What a file has, or standard input where it is called `-`. */
async function parseFile(file: string): Promise<Goldens> {
  if (file === '-') return parse('standard input', new TextDecoder().decode(await readStdin(RECORD_LIMITS.fileBytes)));
  const size = await sizeOf(file);
  if (size > RECORD_LIMITS.fileBytes) {
    throw new ParityError('too-large', `${file} has ${size} bytes; up to ${RECORD_LIMITS.fileBytes} are read.`);
  }
  return parse(file, await readFile(file, 'utf8'));
}

function parse(file: string, text: string): Goldens {
  try {
    return parseGoldens(text);
  } catch (error) {
    if (!(error instanceof ParityError)) throw error;
    throw new ParityError(error.code, `${file}: ${error.message}`, { cause: error });
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found.size;
  } catch (error) {
    throw new UsageError('no-such-file', `${file}: there is no such file.`, { cause: error });
  }
  throw new UsageError('no-such-file', `${file} is no file; give a file of golden records (.jsonl).`);
}

/** The records of these cases, in the order of the file. Throws UsageError `unknown-case`. */
export function chooseCases(
  records: readonly GoldenRecord[],
  cases: readonly string[] | undefined,
  file: string,
): readonly GoldenRecord[] {
  if (cases === undefined) return records;
  const known = new Set(records.map((record) => record.case));
  for (const wanted of cases) {
    if (known.has(wanted)) continue;
    throw new UsageError(
      'unknown-case',
      `${file} has no case "${wanted}". It has ${printable([...known].join(', '))}.`,
    );
  }
  return records.filter((record) => cases.includes(record.case));
}
