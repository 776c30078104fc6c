import { type DType, formatShape, type Shape } from '@convzoo/layers';
import { WeightsError, type WeightsErrorCode } from '../../errors.js';
import { MAX_RANK, MAX_TENSORS } from '../../limits.js';
import { bytesPerElement } from '../../tensor-bytes.js';
import type { TensorInfo } from '../../weight-file.js';
import { dtypeOf, safetensorsDtypes } from './dtypes.js';
import { scanJson } from './scan.js';

/**
 * Longest header that is read. The reference implementation stops at 100 MB and huggingface.js at 25 MB; parsing 100 MB
 * of JSON would need more memory than a broken file deserves, and the largest real headers are about 1 MB.
 */
export const MAX_HEADER_BYTES = 25_000_000;

/** The header's length as a 64-bit integer, before the header. */
export const PREFIX_BYTES = 8;

/** The header, an entry, its list of numbers: nothing lies deeper. */
const MAX_DEPTH = 3;

export interface SafetensorsEntry extends TensorInfo {
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** The header's length out of the first 8 bytes, checked against the limit and the file's size. */
export function headerLength(prefix: Uint8Array, fileSize: number, file: string): number {
  const fail: Fail = failure(file);
  if (prefix.length < PREFIX_BYTES) fail('truncated', `${fileSize} bytes are too few for a safetensors file`);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    fail(
      'too-large',
      `its header claims ${length} bytes, more than the ${MAX_HEADER_BYTES} that are read; it is broken or no safetensors file`,
    );
  }
  if (length > BigInt(fileSize - PREFIX_BYTES)) {
    fail('truncated', `its header claims ${length} bytes, but the file has ${fileSize}; fetch it again`);
  }
  return Number(length);
}

/** Parses a header and checks every entry and every offset against the others and the file's size. */
export function parseHeader(bytes: Uint8Array, fileSize: number, file: string): SafetensorsHeader {
  const fail: Fail = failure(file);
  const header = parseJson(bytes, fail);
  const metadata = new Map<string, string>();
  const entries: SafetensorsEntry[] = [];
  const dataStart = PREFIX_BYTES + bytes.length;
  for (const [name, value] of Object.entries(header)) {
    if (!isRecord(value)) fail('bad-header', `the header's entry "${clip(name)}" is not an object`);
    if (name === '__metadata__') readMetadata(value, metadata, fail);
    else entries.push(readEntry(name, value, dataStart, fail));
  }
  entries.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  checkCoverage(entries, dataStart, fileSize, fail);
  return { entries, metadata };
}

type Fail = (code: WeightsErrorCode, message: string, cause?: unknown) => never;
const failure =
  (file: string): Fail =>
  (code, message, cause) => {
    throw new WeightsError(code, `${file}: ${message}.`, cause === undefined ? undefined : { cause });
  };

/** Names come from the file and may be of any length. */
const clip = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJson(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  if (bytes[0] !== 0x7b) fail('bad-header', 'the header does not start with "{"; this is no safetensors file');
  const [header, found] = attempt(() => {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const finding = scanJson(text, MAX_DEPTH, MAX_TENSORS);
    return [finding === undefined ? JSON.parse(text) : undefined, finding] as [unknown, typeof finding];
  }, fail);
  if (found?.kind === 'duplicate') fail('duplicate-name', `the header has the key "${clip(found.key)}" twice`);
  if (found?.kind === 'too-many') fail('too-large', `the header lists more than ${MAX_TENSORS} tensors; it is broken`);
  if (found?.kind === 'too-deep') fail('bad-header', `the header is nested more than ${MAX_DEPTH} deep; it is broken`);
  return isRecord(header) ? header : fail('bad-header', 'the header is not a JSON object');
}

function attempt<T>(parse: () => T, fail: Fail): T {
  try {
    return parse();
  } catch (cause) {
    return fail('bad-header', 'the header is not JSON in UTF-8; the file is broken', cause);
  }
}

function readMetadata(value: Record<string, unknown>, metadata: Map<string, string>, fail: Fail): void {
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      fail('bad-header', `__metadata__ may hold strings only, "${clip(key)}" is ${typeof text}`);
    metadata.set(key, text);
  }
}

function readEntry(name: string, entry: Record<string, unknown>, dataStart: number, fail: Fail): SafetensorsEntry {
  const label = `tensor "${clip(name)}"`;
  const dtype = typeof entry['dtype'] === 'string' ? dtypeOf(entry['dtype']) : undefined;
  if (dtype === undefined) {
    return fail(
      'unknown-dtype',
      `${label} has dtype ${clip(String(JSON.stringify(entry['dtype'])))}; known are ${safetensorsDtypes.join(', ')}`,
    );
  }
  const shape = readShape(entry['shape'], label, fail);
  const [begin, end, ...rest] = Array.isArray(entry['data_offsets']) ? (entry['data_offsets'] as unknown[]) : [];
  if (!isOffset(begin) || !isOffset(end) || rest.length > 0 || end < begin) {
    return fail(
      'bad-offsets',
      `${label} has data_offsets ${clip(String(JSON.stringify(entry['data_offsets'])))}; [begin, end] with begin <= end is needed`,
    );
  }
  checkSize(dtype, shape, end - begin, label, fail);
  return { name, dtype, shape, offset: dataStart + begin, byteLength: end - begin };
}

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readShape(value: unknown, label: string, fail: Fail): Shape {
  if (Array.isArray(value) && value.length <= MAX_RANK && value.every(isOffset)) return value;
  return fail(
    'bad-shape',
    `${label} has shape ${clip(String(JSON.stringify(value)))}; up to ${MAX_RANK} whole numbers are needed`,
  );
}

function checkSize(dtype: DType, shape: Shape, byteLength: number, label: string, fail: Fail): void {
  // As BigInt, so that a product beyond 2^53 is not rounded into a plausible one.
  const bytes = shape.reduce((product, extent) => product * BigInt(extent), BigInt(bytesPerElement(dtype)));
  if (bytes !== BigInt(byteLength)) {
    fail(
      'bad-shape',
      `${label} of ${dtype} ${formatShape(shape)} needs ${bytes} bytes, but its data_offsets span ${byteLength}`,
    );
  }
}

/** The format wants the tensors to cover everything after the header, without holes: nothing else can hide there. */
function checkCoverage(entries: readonly SafetensorsEntry[], dataStart: number, fileSize: number, fail: Fail): void {
  let end = dataStart;
  for (const { name, offset, byteLength } of entries) {
    if (offset !== end) {
      const what = offset < end ? 'overlaps the tensor before it' : `leaves a hole of ${offset - end} bytes before it`;
      fail('bad-offsets', `tensor "${clip(name)}" ${what}; the header is wrong`);
    }
    end = offset + byteLength;
  }
  if (end > fileSize)
    fail('truncated', `the header describes ${end} bytes, but the file has ${fileSize}; fetch it again`);
  if (end < fileSize)
    fail('bad-offsets', `${fileSize - end} bytes at its end belong to no tensor; the header is wrong`);
}
