import { activationFunctions, dropoutUnits, type OpAttributes, type OpName } from './attributes.js';
import type { CustomOp, JsonObject } from './custom-op.js';
import {
  asArray,
  asBoolean,
  asFour,
  asInteger,
  asNumber,
  asObject,
  asPair,
  asString,
  fail,
  oneOf,
  type Reader,
  record,
} from './json-values.js';
import type { Padding } from './padding.js';

const padding: Reader<Padding> = (json, where) => (json === 'same' ? 'same' : asFour(json, where));
const fused = oneOf(['linear', ...activationFunctions]);
const asNumbers: Reader<readonly number[]> = (json, where) =>
  asArray(json, where).map((value) => asNumber(value, where));
const empty = record<Record<never, never>>({});
const maxPool = { size: asPair, strides: asPair, padding, ceilMode: asBoolean };

/** How the attributes of every built-in op are read from JSON. */
const attributeReaders: { readonly [K in Exclude<OpName, 'custom'>]: Reader<OpAttributes[K]> } = {
  input: record({ shape: (json, where) => asArray(json, where).map((extent) => asInteger(extent, where)) }),
  conv2d: record({ strides: asPair, padding, dilations: asPair, groups: asInteger, activation: fused }),
  dense: record({ activation: fused }),
  batchNorm: record({ eps: asNumber, momentum: asNumber }),
  activation: record({ function: oneOf(activationFunctions) }),
  leakyRelu: record({ slope: asNumber }),
  add: record({ activation: fused }),
  multiply: empty,
  concat: empty,
  layerNorm: record({ eps: asNumber }),
  layerScale: empty,
  rescale: record({ scale: asNumbers, offset: asNumbers }),
  sliceChannels: record({ start: asInteger, size: asInteger }),
  channelShuffle: record({ groups: asInteger }),
  maxPool: record(maxPool),
  avgPool: record({ ...maxPool, countIncludePad: asBoolean }),
  globalAvgPool: empty,
  adaptiveAvgPool: record({ size: asPair }),
  zeroPad: record({ spatial: asFour, channels: asPair }),
  flatten: empty,
  dropout: record({ rate: asNumber, per: oneOf(dropoutUnits) }),
};

/** Attributes of an op of the vocabulary, or of one of the custom `ops`, found by name. */
export function readAttributes<K extends OpName>(
  op: K,
  json: unknown,
  ops: readonly CustomOp[],
  where: string,
): OpAttributes[K] {
  const readers: { readonly [N in OpName]: Reader<OpAttributes[N]> } = {
    ...attributeReaders,
    custom: (value, at) => readCustom(value, ops, at),
  };
  return readers[op](json, `${where}.attributes`);
}

function readCustom(json: unknown, ops: readonly CustomOp[], where: string): OpAttributes['custom'] {
  const object = asObject(json, where);
  const name = asString(object['name'], `${where}.name`);
  const definition = ops.find((op) => op.name === name);
  if (definition === undefined) {
    return fail(
      where,
      `the custom op "${name}" is not known here; pass its definition: graphFromJson(json, { ops: [${name}] })`,
    );
  }
  // Values that came out of JSON.parse are JSON; the op's own shape rule checks what they mean.
  return { definition, values: asObject(object['values'] ?? {}, `${where}.values`) as JsonObject };
}
