import '@tensorflow/tfjs-backend-cpu';
import { float32Tensor } from '@convzoo/layers';
import { folderSource, type NamedTensor, openWeights, type WeightFile, writeTfjs } from '@convzoo/weights';
import { io } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

// These live here because `weights` may not know tfjs, and tfjs-core is the reference for its own format.

type Weight = { name: string; shape: number[]; dtype: string; quantization?: object };
type Group = { paths: string[]; weights: Weight[] };

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
/** A model of one weight in one file. */
const open = (weight: Weight, bytes: Uint8Array): Promise<WeightFile> => {
  const weightsManifest = [{ paths: ['a.bin'], weights: [weight] }];
  const manifest = json({ format: 'layers-model', modelTopology: null, weightsManifest });
  return openWeights(
    folderSource(
      new Map([
        ['model.json', manifest],
        ['a.bin', bytes],
      ]),
      'model.json',
    ),
  );
};
const named = (name: string, numbers: readonly number[]): NamedTensor => ({
  name,
  tensor: float32Tensor([numbers.length], Float32Array.from(numbers)),
});
/** Plain bits, so that NaNs are compared too. */
const bits = (data: ArrayBufferView): number[] => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];

describe('the weights of TensorFlow.js models are those of tfjs-core 4.22', () => {
  test.each([
    ['uint8', 'float32', 256],
    ['uint16', 'float32', 65536],
    ['uint8', 'int32', 256],
    ['uint16', 'int32', 65536],
    ['float16', 'float32', 65536],
  ] as const)('all of %s as %s', async (stored, dtype, count) => {
    const quantization =
      stored === 'float16' ? { dtype: stored } : { dtype: stored, scale: 0.0123456789, min: -1.7171717 };
    const numbers = Uint32Array.from({ length: count }, (_, i) => i);
    const bytes = new Uint8Array((stored === 'uint8' ? Uint8Array.from(numbers) : Uint16Array.from(numbers)).buffer);
    const weight = { name: 'w', shape: [count], dtype, quantization };
    const file = await open(weight, bytes);
    expect(file.metadata.get('quantisation')).toBe(`1 ${stored}`);
    const read = await file.read('w');
    const theirs = io.decodeWeights(bytes.buffer, [weight as io.WeightsManifestEntry])['w']?.dataSync();
    expect(read.dtype).toBe(dtype);
    // The payload of a NaN is not tfjs's business; that it is one, is.
    const canonical = (data: ArrayLike<number | bigint>) =>
      bits(Float64Array.from(data as ArrayLike<number>, (x) => (Number.isNaN(x) ? Number.NaN : x)));
    expect(canonical(read.data)).toEqual(canonical(theirs as Float32Array));
  });

  test('tfjs-core reads what is written, and so do we, to the bit', async () => {
    const values = fc.array(fc.float(), { maxLength: 40 });
    const lists = fc.array(values, { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 64 }), async (arrays, shardBytes) => {
        const tensors = arrays.map((numbers, i) => named(`layer_${i}/kernel`, numbers));
        const files = writeTfjs(tensors, { shardBytes });
        const manifest = JSON.parse(new TextDecoder().decode(files.get('model.json')));
        const [group] = manifest.weightsManifest as [Group];
        const all = Buffer.concat(group.paths.map((path) => files.get(path) as Uint8Array));
        expect(group.paths.every((path) => (files.get(path)?.length ?? 0) <= shardBytes)).toBe(true);
        const theirs = io.decodeWeights(Uint8Array.from(all).buffer, group.weights as io.WeightsManifestEntry[]);
        const file = await openWeights(folderSource(files, 'model.json'));
        for (const {
          name,
          tensor: { data },
        } of tensors) {
          expect(bits((await file.read(name)).data)).toEqual(bits(data));
          expect(bits(theirs[name]?.dataSync() as Float32Array)).toEqual(bits(data));
        }
      }),
      { numRuns: 100, seed: 5 },
    );
  });
});
