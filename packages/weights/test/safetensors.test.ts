import { Builder, type DType, type HostTensor } from '@convzoo/layers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bindWeights,
  memorySource,
  type NamedTensor,
  openSafetensors,
  readSafetensors,
  writeSafetensors,
} from '../src/index.js';
import { bytesOf, bytesPerElement, tensorOver } from '../src/tensor-bytes.js';
import { codeOf, fixture, tensor } from './support.js';

const DTYPES: readonly DType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
];
const named = (tensors: ReadonlyMap<string, HostTensor>): NamedTensor[] =>
  [...tensors].map(([name, t]) => ({ name, tensor: t }));

describe('against the reference implementation (every-dtype.safetensors, written by Python)', () => {
  const bytes = fixture('every-dtype.safetensors');
  const { tensors, metadata } = readSafetensors(bytes);
  const values = (name: string) => [...(tensors.get(name)!.data as Iterable<number | bigint>)];

  test('every element type is read', () => {
    expect(values('f32')).toEqual([1.5, -0, Infinity, Math.fround(1e-45), Math.fround(3.4028235e38), -2.5]);
    expect(tensors.get('f32')!.shape).toEqual([2, 3]);
    expect(values('f64')).toEqual([0.1, -1e308]);
    expect(values('f16')).toEqual([0x3c00, 0xfbff, 1, 0x7c00]);
    expect(values('bf16')).toEqual([0x3f80, 0xff62, 0x3b80]);
    expect(values('i8')).toEqual([-128, 127]);
    expect(values('i16')).toEqual([-32768, 32767, 1]);
    expect(values('i32')).toEqual([-(2 ** 31), 2 ** 31 - 1]);
    expect(values('i64')).toEqual([-(2n ** 63n), 2n ** 63n - 1n]);
    expect(values('u8')).toEqual([0, 255, 7]);
    expect(values('u16')).toEqual([0, 65535]);
    expect(values('u32')).toEqual([0, 2 ** 32 - 1]);
    expect(values('u64')).toEqual([0n, 2n ** 64n - 1n]);
    expect(values('bool')).toEqual([1, 0, 1]);
    expect(tensors.get('empty')).toMatchObject({ shape: [0, 3], dtype: 'float32' });
    expect(tensors.get('scalar')).toMatchObject({ shape: [] });
    expect(values('quote " backslash \\ é 中 😀 \ue000')).toEqual([0, 1, 2]);
    expect([...metadata]).toEqual([['format', 'np']]);
  });

  test('the same tensors are written byte for byte as Python writes them, in whatever order they come', () => {
    expect(writeSafetensors(named(tensors).reverse(), { format: 'np' })).toEqual(bytes);
  });
});

/** Any tensors, with any bytes and names, numbers and `__proto__` among them. */
const anyTensors = fc.uniqueArray(
  fc.record({
    name: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('__proto__', '0', '10', 'constructor', '😀', '\ue000'),
    ),
    dtype: fc.constantFrom(...DTYPES),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
    seed: fc.nat(),
  }),
  { selector: ({ name }) => name, maxLength: 8 },
);
const build = ({
  name,
  dtype,
  shape,
  seed,
}: {
  name: string;
  dtype: DType;
  shape: number[];
  seed: number;
}): NamedTensor => {
  const size = shape.reduce((a, b) => a * b, bytesPerElement(dtype));
  return {
    name,
    tensor: tensorOver(
      dtype,
      shape,
      Uint8Array.from({ length: size }, (_, i) => (seed * 31 + i * 97) & 255),
    ),
  };
};

describe('round trip', () => {
  test('any tensors come back with the same bits, lazily and at once', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, fc.dictionary(fc.string(), fc.string()), async (list, texts) => {
        const tensors = list.map(build);
        const bytes = writeSafetensors(tensors, texts);
        const all = readSafetensors(bytes);
        const file = await openSafetensors(memorySource(bytes));
        expect(new Map(Object.entries(texts))).toEqual(all.metadata);
        expect(all.tensors.size).toBe(tensors.length);
        for (const { name, tensor: written } of tensors) {
          for (const read of [all.tensors.get(name)!, await file.read(name)]) {
            expect([read.dtype, read.shape]).toEqual([written.dtype, written.shape]);
            expect(Buffer.from(bytesOf(read)).equals(bytesOf(written))).toBe(true);
          }
        }
        expect(writeSafetensors(named(all.tensors), all.metadata)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  test('what is read belongs to the reader', async () => {
    const bytes = writeSafetensors([tensor('a', [2], [1, 2])]);
    const file = await openSafetensors(memorySource(bytes));
    ((await file.read('a')).data as Float32Array).fill(9);
    expect([...(await file.read('a')).data]).toEqual([1, 2]);
  });

  test('a view is of the file’s own bytes, and what is bound from it is not', async () => {
    const bytes = writeSafetensors([tensor('fc.bias', [2], [1, 2]), tensor('fc.weight', [2, 1], [3, 4])]);
    const file = await openSafetensors(memorySource(bytes));
    expect(file.view?.('fc.bias').data.buffer).toBe(bytes.buffer);
    const nn = new Builder('one');
    const { params } = await bindWeights(nn.graph(nn.dense(nn.input([1]), { name: 'fc', units: 2 })), file);
    bytes.fill(0);
    expect([...params.values()].map(({ data }) => [...data])).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });

  test('opening reads the header only', async () => {
    const bytes = writeSafetensors([tensor('a', [100_000]), tensor('b', [3], [1, 2, 3])]);
    const source = memorySource(bytes);
    let count = 0;
    const counting = {
      ...source,
      read: (offset: number, length: number) => {
        count += length;
        return source.read(offset, length);
      },
    };
    const file = await openSafetensors(counting);
    expect(count).toBeLessThan(300);
    expect([...(await file.read('b')).data]).toEqual([1, 2, 3]);
    expect(count).toBeLessThan(320);
  });

  test('unaligned data is read all the same', () => {
    // A header of odd length, as other writers make them.
    const json = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(55);
    const bytes = new Uint8Array(8 + 55 + 4 + 1).subarray(1);
    new DataView(bytes.buffer, 1).setBigUint64(0, 55n, true);
    bytes.set(new TextEncoder().encode(json), 8);
    new DataView(bytes.buffer, 1).setFloat32(63, 2.5, true);
    expect([...readSafetensors(bytes).tensors.get('a')!.data]).toEqual([2.5]);
  });

  test('an unknown name is refused', async () => {
    const file = await openSafetensors(memorySource(writeSafetensors([])));
    expect(await codeOf(() => file.read('a'))).toBe('no-such-tensor');
  });
});

describe('what cannot be written', () => {
  test.each([
    ['two tensors of one name', [tensor('a', [1]), tensor('a', [1])], {}, 'duplicate-name'],
    ['the reserved name', [tensor('__metadata__', [1])], {}, 'bad-header'],
    ['half a surrogate pair in a name', [tensor('\ud800', [1])], {}, 'bad-header'],
    ['half a surrogate pair in the metadata', [], { a: '\udc00' }, 'bad-header'],
    [
      'a shape that is not the data’s',
      [{ name: 'a', tensor: { ...tensor('a', [2]).tensor, shape: [3] } }],
      {},
      'bad-shape',
    ],
  ] as const)('%s', async (_, tensors, metadata, code) => {
    expect(await codeOf(() => writeSafetensors(tensors as readonly NamedTensor[], metadata))).toBe(code);
  });
});
