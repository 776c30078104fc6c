import { formatShape, sizeOf } from '@convzoo/layers';
import { WeightsError } from '../../errors.js';
import { bytesOf } from '../../tensor-bytes.js';
import type { NamedTensor } from '../../weight-file.js';

/** What TensorFlow.js's converter takes for files of numbers. */
const SHARD_BYTES = 4 * 2 ** 20;

const HALF = { dtype: 'float16', original_dtype: 'float32' } as const;

export interface TfjsOptions {
  /**
   * The architecture in Keras's form, as `tf.loadLayersModel` needs it. Null by default: then the weights are for
   * `tf.io.loadWeights` or for a model that is there already, and `tf.loadLayersModel` refuses the file.
   */
  readonly modelTopology?: object | null;
  /** Name of the file with the model, `model.json` by default. */
  readonly name?: string;
  /** Whose work the file is. */
  readonly generatedBy?: string;
  /** Most bytes of each file of numbers, 4 MB by default. */
  readonly shardBytes?: number;
}

/**
 * A TensorFlow.js layers-model: the model's JSON and the files of numbers that it names, by name. Only what TensorFlow.js
 * has is written: float32, float16 (which it reads as float32), int32 and bool; convert others first. Throws WeightsError `unknown-dtype`, `duplicate-name` or
 * `bad-shape`.
 */
export function writeTfjs(
  tensors: Iterable<NamedTensor>,
  {
    modelTopology = null,
    name: modelName = 'model.json',
    generatedBy = 'convzoo',
    shardBytes = SHARD_BYTES,
  }: TfjsOptions = {},
): ReadonlyMap<string, Uint8Array> {
  const all = [...tensors];
  const names = new Set<string>();
  const weights = all.map(({ name, tensor: { dtype, shape, data } }) => {
    if (dtype !== 'float32' && dtype !== 'float16' && dtype !== 'int32' && dtype !== 'bool') {
      throw new WeightsError(
        'unknown-dtype',
        `"${name}" is ${dtype}, which TensorFlow.js has not; convert it to float32.`,
      );
    }
    if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0) || sizeOf(shape) !== data.length) {
      throw new WeightsError('bad-shape', `"${name}" has shape ${formatShape(shape)} but ${data.length} values.`);
    }
    if (names.has(name)) {
      throw new WeightsError('duplicate-name', `Two tensors are called "${name}"; a model holds one of each name.`);
    }
    names.add(name);
    // TensorFlow.js keeps float16 in files only: it is a way to quantise float32.
    return dtype === 'float16' ? { name, shape, dtype: 'float32', quantization: HALF } : { name, shape, dtype };
  });
  const shards = split(
    all.map(({ tensor }) => bytesOf(tensor)),
    Math.max(1, Math.floor(shardBytes)),
  );
  const paths = shards.map((_, i) => `group1-shard${i + 1}of${shards.length}.bin`);
  const model = {
    format: 'layers-model',
    generatedBy,
    convertedBy: null,
    modelTopology,
    weightsManifest: [{ paths, weights }],
  };
  const files = new Map([[modelName, new TextEncoder().encode(JSON.stringify(model))]]);
  shards.forEach((shard, i) => {
    files.set(paths[i] ?? '', shard);
  });
  return files;
}

/** All bytes, one tensor after another, in pieces of at most `limit`. */
function split(parts: readonly Uint8Array[], limit: number): Uint8Array<ArrayBuffer>[] {
  let left = parts.reduce((sum, part) => sum + part.length, 0);
  const shards: Uint8Array<ArrayBuffer>[] = [];
  let room = 0;
  for (const part of parts) {
    for (let done = 0; done < part.length; ) {
      let shard = shards.at(-1);
      if (shard === undefined || room === 0) {
        shard = new Uint8Array(Math.min(limit, left));
        room = shard.length;
        left -= room;
        shards.push(shard);
      }
      const count = Math.min(room, part.length - done);
      shard.set(part.subarray(done, done + count), shard.length - room);
      room -= count;
      done += count;
    }
  }
  return shards;
}
