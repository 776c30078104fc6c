import { ParityError } from '../errors.js';
import { FieldReader, isObject } from './fields.js';
import { RECORD_LIMITS } from './limits.js';
import { otherKind, readKeys, readRecord } from './read.js';
import type { GoldenKeys, GoldenRecord } from './record.js';

/** A file of goldens. */
export interface Goldens {
  readonly records: readonly GoldenRecord[];
  /** Lines that hold only the keys of a case. */
  readonly keys: ReadonlyMap<string, GoldenKeys>;
}

/**
 * Reads a file of golden records, JSON Lines, as `record_golden.py` writes it. Lines with the keys of a case alone are read
 * too; empty lines are left out.
 *
 * @throws ParityError with the number of the line: `too-large`, `not-json`, `other-record` (a record, but not of a network's
 *   inference), `bad-record`
 */
export function parseGoldens(text: string): Goldens {
  if (text.length > RECORD_LIMITS.fileBytes) {
    throw new ParityError(
      'too-large',
      `The file has ${text.length} characters; up to ${RECORD_LIMITS.fileBytes} are read.`,
    );
  }
  const records: GoldenRecord[] = [];
  const keys = new Map<string, GoldenKeys>();
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let line = 1; start < text.length; line++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const fields = parseLine(text.slice(start, end), line);
    start = end + 1;
    if (fields === undefined) continue;
    if (fields.get('keys') !== undefined && fields.get('logits0') === undefined) {
      keys.set(fields.text('case', RECORD_LIMITS.name), readKeys(fields));
      continue;
    }
    if (records.length === RECORD_LIMITS.records) {
      throw new ParityError('too-large', `there are more than ${RECORD_LIMITS.records} records.`, { line });
    }
    const other = otherKind(fields);
    if (other !== undefined) {
      const need = 'verify needs records of inference, with logits, as record_golden.py writes them';
      throw new ParityError('other-record', `this is ${other}; ${need}.`, { line });
    }
    records.push(readRecord(fields));
  }
  return { records, keys };
}

function parseLine(text: string, line: number): FieldReader | undefined {
  if (text.trim() === '') return undefined;
  if (text.length > RECORD_LIMITS.lineBytes) {
    throw new ParityError('too-large', `it has ${text.length} characters; up to ${RECORD_LIMITS.lineBytes} are read.`, {
      line,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ParityError('not-json', `it is not JSON (${reason(error)}). A golden file has one JSON record a line.`, {
      line,
      cause: error,
    });
  }
  if (!isObject(value)) {
    throw new ParityError('bad-record', `it is JSON, but no object; a golden file has one JSON record a line.`, {
      line,
    });
  }
  return new FieldReader(value, line);
}

/** What the parser said, without the text that it read. */
const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/, ?("|\.\.\.).*$/s, '')
    .replaceAll(/[^ -~]/g, '?')
    .slice(0, 100);
