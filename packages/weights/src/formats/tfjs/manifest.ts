import { formatShape, type Shape, sizeOf } from '@convzoo/layers';
import { WeightsError, type WeightsErrorCode } from '../../errors.js';
import { isObject, type JsonObject } from '../../json.js';
import { MAX_RANK, MAX_TENSORS } from '../../limits.js';
import { siblingParts } from '../../siblings.js';
import type { TensorInfo } from '../../weight-file.js';
import { type Quantisation, storedBytes, type TfjsDType } from './quantisation.js';

/** Most files of numbers. Converters make them of 4 MB, so this is 4 GB. */
const MAX_SHARDS = 1000;

/** A weight and where its numbers lie. */
export interface TfjsEntry extends TensorInfo {
  readonly dtype: TfjsDType;
  readonly quantisation: Quantisation | undefined;
  readonly group: TfjsGroup;
  /** Bytes from the beginning of the group. */
  readonly offset: number;
  readonly byteLength: number;
}

/** Files whose bytes, one after another, are the numbers of some weights. */
export interface TfjsGroup {
  readonly paths: readonly string[];
  /** What the files must have together. */
  readonly byteLength: number;
}

type Fail = (code: WeightsErrorCode, message: string) => never;
const clip = (text: unknown): string => String(JSON.stringify(text)).slice(0, 200);

/** The entries of a `weightsManifest`, every one checked, and the paths too. */
export function parseManifest(manifest: unknown, file: string): readonly TfjsEntry[] {
  const fail: Fail = (code, message) => {
    throw new WeightsError(code, `${file}: ${message}.`);
  };
  if (!Array.isArray(manifest)) return fail('bad-header', 'its weightsManifest is no list');
  const entries: TfjsEntry[] = [];
  const names = new Set<string>();
  let shards = 0;
  for (const group of manifest as readonly unknown[]) {
    const { paths, weights } = isObject(group) ? group : {};
    if (!Array.isArray(paths) || !paths.every((path): path is string => typeof path === 'string')) {
      return fail('bad-header', 'a group of its weightsManifest has no list of paths');
    }
    if (!Array.isArray(weights)) return fail('bad-header', 'a group of its weightsManifest has no list of weights');
    shards += paths.length;
    if (shards > MAX_SHARDS || entries.length + weights.length > MAX_TENSORS) {
      return fail('too-large', `it lists more than ${MAX_SHARDS} files or ${MAX_TENSORS} weights`);
    }
    for (const path of paths) siblingParts(path, file);
    const specs = weights.map((weight: unknown) => readSpec(weight, fail));
    const placed = { paths, byteLength: specs.reduce((sum, { byteLength }) => sum + byteLength, 0) };
    if (!Number.isSafeInteger(placed.byteLength)) fail('bad-shape', 'its weights are larger than any file');
    let offset = 0;
    for (const spec of specs) {
      if (names.has(spec.name)) fail('duplicate-name', `it has the weight ${clip(spec.name)} twice`);
      names.add(spec.name);
      entries.push({ ...spec, group: placed, offset });
      offset += spec.byteLength;
    }
  }
  return entries;
}

function readSpec(spec: unknown, fail: Fail): Omit<TfjsEntry, 'group' | 'offset'> {
  const { name, shape, dtype, quantization } = isObject(spec) ? spec : {};
  if (typeof name !== 'string') return fail('bad-header', 'a weight of its manifest has no name');
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    return fail('unknown-dtype', `${clip(name)} is of ${clip(dtype)}; float32, int32 and bool are read`);
  }
  if (!isShape(shape)) {
    return fail('bad-shape', `${clip(name)} has shape ${clip(shape)}; up to ${MAX_RANK} whole numbers are needed`);
  }
  const quantisation = quantization === undefined ? undefined : readQuantisation(name, dtype, quantization, fail);
  const byteLength = sizeOf(shape) * storedBytes(dtype, quantisation);
  if (!Number.isSafeInteger(byteLength)) {
    return fail('bad-shape', `${clip(name)} of ${formatShape(shape)} is larger than any file`);
  }
  return { name, dtype, shape, quantisation, byteLength };
}

const isShape = (value: unknown): value is Shape =>
  Array.isArray(value) && value.length <= MAX_RANK && value.every((n) => Number.isSafeInteger(n) && n >= 0);

function readQuantisation(name: string, dtype: TfjsDType, value: unknown, fail: Fail): Quantisation {
  const { dtype: stored, scale, min }: JsonObject = isObject(value) ? value : {};
  if (stored === 'float16' && dtype === 'float32') return { dtype: stored };
  if ((stored !== 'uint8' && stored !== 'uint16') || dtype === 'bool') {
    return fail(
      'unknown-dtype',
      `${clip(name)} of ${dtype} is quantised as ${clip(stored)}, which TensorFlow.js does not do`,
    );
  }
  if (!isFiniteNumber(scale) || !isFiniteNumber(min)) {
    return fail('bad-value', `${clip(name)} is quantised with scale ${clip(scale)} and min ${clip(min)}`);
  }
  return { dtype: stored, scale, min };
}

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
