import { sizeOf } from '@convzoo/layers';
import type { ParityError } from '../errors.js';
import { type FieldReader, isObject, isShape } from './fields.js';
import { RECORD_LIMITS as LIMITS } from './limits.js';
import {
  type ArgumentValue,
  type GoldenInput,
  type GoldenKeys,
  type GoldenRecord,
  type GoldenTap,
  RECORD_FRAMEWORKS,
} from './record.js';

/** One record out of its fields; nothing in it is believed. Throws ParityError `bad-record`. */
export function readRecord(fields: FieldReader): GoldenRecord {
  const logits0 = fields.numbers('logits0', 2, LIMITS.logits);
  const std = fields.number('std');
  const spread = deviation(logits0);
  if (!(spread > 0)) throw fields.wrong('logits0', 'logits that are all the same prove nothing');
  // A larger scale than the logits have would let anything pass.
  if (Math.abs(std - spread) > 1e-3 * spread) throw fields.wrong('std', `the deviation of logits0 is ${spread}`);
  const second = fields.object('logits1');
  const first16 = second.numbers('first16', Math.min(16, logits0.length), Math.min(16, logits0.length));
  return {
    case: fields.text('case', LIMITS.name),
    framework: fields.oneOf('framework', RECORD_FRAMEWORKS),
    model: fields.text('model', LIMITS.name),
    args: readArguments(fields),
    input: readInput(fields),
    params: fields.get('params') === undefined ? undefined : fields.number('params', 0),
    bnEps: fields.get('bn_eps') === undefined ? undefined : fields.numbers('bn_eps', 0, 100),
    bnLog4: readPowers(fields),
    logits0,
    logits1: { first16, sum: second.number('sum'), sumsq: second.number('sumsq', 0) },
    taps: fields.get('taps') === undefined ? [] : fields.objects('taps', LIMITS.taps).map(readTap),
    keys: fields.get('keys') === undefined ? undefined : readKeys(fields),
  };
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}

function readArguments(fields: FieldReader): GoldenRecord['args'] {
  if (fields.get('args') === undefined) return {};
  const args = fields.object('args');
  const entries = Object.entries(args.fields);
  if (entries.length > LIMITS.arguments) throw fields.wrong('args', `there may be up to ${LIMITS.arguments}`);
  const isScalar = (value: unknown): boolean =>
    value === null || ['string', 'number', 'boolean'].includes(typeof value);
  for (const [name, value] of entries) {
    const isList = Array.isArray(value) && value.length <= LIMITS.arguments && value.every(isScalar);
    if (!isScalar(value) && !isList)
      throw args.wrong(name, 'an argument is a number, a text, true, false, null or a list');
  }
  return Object.fromEntries(entries) as Record<string, ArgumentValue>;
}

function readInput(fields: FieldReader): GoldenInput {
  const input = fields.object('input');
  const shape = input.shape('shape', LIMITS.inputSize);
  if (shape.length !== 4 || shape[0] !== 2) throw input.wrong('shape', 'it must be two pictures: 2 and three extents');
  return {
    shape,
    layout: input.oneOf('layout', ['NCHW', 'NHWC']),
    kind: input.oneOf('kind', ['signed', 'byte']),
    path: fields.get('input_path') === undefined ? 'input' : fields.text('input_path', LIMITS.name),
  };
}

function readPowers(fields: FieldReader): GoldenRecord['bnLog4'] {
  if (fields.get('bn_log4') === undefined) return {};
  const powers = fields.object('bn_log4');
  for (const name of Object.keys(powers.fields)) {
    // float32 ends at 2^128.
    if (!Number.isInteger(powers.get(name)) || Math.abs(powers.number(name)) > 64) {
      throw powers.wrong(name, 'it must be a whole number from -64 to 64');
    }
  }
  return powers.fields as Record<string, number>;
}

function readTap(tap: FieldReader): GoldenTap {
  const shape = tap.shape('shape', LIMITS.tapSize);
  const size = sizeOf(shape);
  const at = tap.numbers('at', 1, LIMITS.samples);
  if (shape[0] !== 2) throw tap.wrong('shape', 'the first extent is the batch, of 2');
  if (!at.every((index) => Number.isInteger(index) && index >= 0 && index < size)) {
    throw tap.wrong('at', `these are indices below ${size}`);
  }
  return {
    name: tap.text('name', LIMITS.name),
    shape,
    mean: tap.number('mean'),
    std: tap.number('std', 0),
    zeros: tap.number('zeros', 0),
    at,
    values: tap.numbers('values', at.length, at.length),
  };
}

export function readKeys(fields: FieldReader): GoldenKeys {
  const wrong = (i: number): ParityError => fields.wrong('keys', `its element ${i} must be [NAME, SHAPE]`);
  return fields.list('keys', LIMITS.keys).map((entry, i) => {
    if (!Array.isArray(entry) || entry.length !== 2) throw wrong(i);
    const [name, shape]: unknown[] = entry;
    if (typeof name !== 'string' || name.length > LIMITS.name || !isShape(shape, LIMITS.tapSize)) throw wrong(i);
    return [name, shape] as const;
  });
}

/** What a line is that is no record of a network, for the error. */
export function otherKind(fields: FieldReader): string | undefined {
  const has = (...names: readonly string[]): boolean => names.every((name) => fields.get(name) !== undefined);
  if (has('logits0')) return undefined;
  if (has('loss') || has('losses') || has('gradients') || has('optimizer')) return 'a record of training';
  if (has('filter') || has('sha256') || has('crop') || has('resize')) return 'a record of preprocessing';
  if (has('file') || has('expect')) return 'a record of a picture file';
  if (has('path', 'role')) return 'a worked example of the fill';
  return isObject(fields.get('input')) ? undefined : 'no record that is known here';
}
