import { deflateRawSync } from 'node:zlib';
import type { DType, HostTensor } from '@convzoo/layers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeArchive } from '../src/archive/write.js';
import {
  memorySource,
  type NamedTensor,
  openNpz,
  openWeights,
  toFloat32,
  type WeightFile,
  writeNpy,
  writeNpz,
} from '../src/index.js';
import { tensorOver } from '../src/tensor-bytes.js';
import { cost, mutate, outcome } from './hostile.js';
import { codeOf, fixture, tensor } from './support.js';

const ramp = (size: number): number[] => Array.from({ length: size }, (_, i) => i / 8);
const values = async (file: WeightFile, name: string): Promise<number[]> => [...toFloat32(await file.read(name)).data];

describe.each(['stored.npz', 'deflated.npz'])('%s, which NumPy 2.4 wrote', (name) => {
  test('names, types and shapes, by the headers alone', async () => {
    const file = await openWeights(memorySource(fixture(name), name));
    expect(file.format).toBe('npz');
    expect(file.tensors.map((info) => [info.name, info.dtype, info.shape.join()])).toEqual([
      ['conv/kernel', 'float32', '3,2,4'],
      ['fortran', 'float32', '2,3,4'],
      ['big', 'float32', '2,3'],
      ['scalar', 'float32', ''],
      ['empty', 'float32', '0,3'],
      ['float16', 'float16', '3'],
      ['float64', 'float64', '3'],
      ['int8', 'int8', '2'],
      ['int16', 'int16', '2'],
      ['int32', 'int32', '2'],
      ['int64', 'int64', '2'],
      ['uint8', 'uint8', '2'],
      ['uint16', 'uint16', '2'],
      ['uint32', 'uint32', '2'],
      ['uint64', 'uint64', '2'],
      ['bigint', 'int64', '2'],
      ['bool', 'bool', '2'],
      ['\u00e9', 'float32', '2'],
    ]);
    expect(await codeOf(() => file.read('conv'))).toBe('no-such-tensor');
  });

  test('values, in either order of axes and of bytes', async () => {
    const file = await openWeights(fixture(name));
    for (const [array, size] of [
      ['conv/kernel', 24],
      ['fortran', 24],
      ['big', 6],
      ['empty', 0],
      ['float16', 3],
      ['float64', 3],
      ['\u00e9', 2],
    ] as const)
      expect(await values(file, array), array).toEqual(ramp(size));
    expect(await values(file, 'scalar')).toEqual([7]);
    const data = async (array: string) => (await file.read(array)).data;
    expect(await data('int8')).toEqual(new Int8Array([-128, 127]));
    expect(await data('int16')).toEqual(new Int16Array([-(2 ** 15), 2 ** 15 - 1]));
    expect(await data('int32')).toEqual(new Int32Array([-(2 ** 31), 2 ** 31 - 1]));
    expect(await data('int64')).toEqual(new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]));
    expect(await data('uint8')).toEqual(new Uint8Array([0, 255]));
    expect(await data('uint16')).toEqual(new Uint16Array([0, 65535]));
    expect(await data('uint32')).toEqual(new Uint32Array([0, 2 ** 32 - 1]));
    expect(await data('uint64')).toEqual(new BigUint64Array([0n, 2n ** 64n - 1n]));
    expect(await data('bigint')).toEqual(new BigInt64Array([-2n, 2n]));
    expect(await data('bool')).toEqual(new Uint8Array([1, 0]));
  });
});

test('single arrays, and arrays without names', async () => {
  for (const name of ['single.npy', 'version2.npy']) {
    const file = await openWeights(fixture(name));
    expect([file.format, file.tensors]).toEqual(['npy', [{ name: 'arr_0', dtype: 'float32', shape: [2, 3] }]]);
    expect(await values(file, 'arr_0')).toEqual(ramp(6));
    expect(await codeOf(() => file.read('arr_1'))).toBe('no-such-tensor');
  }
  const positional = await openWeights(fixture('positional.npz'));
  expect(positional.tensors.map(({ name }) => name)).toEqual(['arr_0', 'arr_1']);
});

describe('writing', () => {
  test('an array, byte for byte as NumPy writes it', () => {
    expect(writeNpy(tensor('a', [2, 3], ramp(6)).tensor)).toEqual(fixture('single.npy'));
  });

  test('then reading gives the same bits, of every type', async () => {
    const dtypes: DType[] = [
      'float64',
      'float32',
      'float16',
      'int64',
      'int32',
      'int16',
      'int8',
      'uint64',
      'uint32',
      'uint16',
      'uint8',
      'bool',
    ];
    const named = fc
      .tuple(
        fc.constantFrom(...dtypes),
        fc.array(fc.nat(4), { maxLength: 4 }),
        fc.uint8Array({ minLength: 2048, maxLength: 2048 }),
      )
      .map(([dtype, shape, bytes]): HostTensor => {
        const { data } = tensorOver(dtype, shape, Uint8Array.from(bytes));
        return {
          dtype,
          shape,
          data: data.slice(
            0,
            shape.reduce((a, b) => a * b, 1),
          ),
        } as HostTensor;
      });
    const names = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((name) => !name.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, named, { maxKeys: 5, noNullPrototype: true }), async (tensors) => {
        const written: NamedTensor[] = Object.entries(tensors).map(([name, value]) => ({ name, tensor: value }));
        const file = await openNpz(memorySource(writeNpz(written)));
        expect(file.tensors.map(({ name }) => name)).toEqual(written.map(({ name }) => name));
        for (const { name, tensor: value } of written) {
          const read = await file.read(name);
          expect(read).toMatchObject({ dtype: value.dtype, shape: value.shape });
          const [a, b] = [read, value].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
          expect(a?.equals(b as Buffer)).toBe(true);
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test('values begin at multiples of 64 bytes', () => {
    const bytes = Buffer.from(writeNpz([tensor('a', [1], [1.5]), tensor('a longer name', [1], [2.5])]));
    for (const value of [1.5, 2.5]) {
      const pattern = Buffer.alloc(4);
      pattern.writeFloatLE(value);
      expect(bytes.indexOf(pattern) % 64).toBe(0);
    }
  });

  test.each<[string, () => unknown, string]>([
    ['bfloat16', () => writeNpy({ dtype: 'bfloat16', shape: [1], data: new Uint16Array(1) }), 'unknown-dtype'],
    ['a name twice', () => writeNpz([tensor('a', [1]), tensor('a', [1])]), 'duplicate-name'],
    ['half a character', () => writeNpz([tensor('\ud800', [1])]), 'bad-header'],
    ['a name with a NUL', () => writeNpz([tensor('a\0b', [1])]), 'bad-header'],
    ['a name that is too long', () => writeNpz([tensor('a'.repeat(70_000), [1])]), 'bad-header'],
    [
      'a shape that does not fit',
      () => writeNpz([{ ...tensor('a', [2]), tensor: { ...tensor('a', [2]).tensor, shape: [3] } as HostTensor }]),
      'bad-shape',
    ],
  ])('%s is refused', async (_, write, code) => expect(await codeOf(write)).toBe(code));
});

/** An array with a header of one's own. */
function npy(header: string, data = 0, { version = 1, length = header.length } = {}): Uint8Array {
  const prefix = version === 1 ? 10 : 12;
  const bytes = Buffer.alloc(prefix + header.length + data);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) bytes.writeUInt16LE(length, 8);
  else bytes.writeUInt32LE(length, 8);
  bytes.write(header, prefix, 'latin1');
  return bytes;
}
const header = (descr = "'<f4'", shape = '(2,)', order = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('arrays that are refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['none: this one is good', npy(header(), 8), 'no error'],
    ['version 9', npy(header(), 8, { version: 9 }), 'bad-header'],
    ['a header of 4 GB', npy(header(), 8, { version: 2, length: 2 ** 32 - 1 }), 'too-large'],
    ['a header over the limit', npy(header() + ' '.repeat(20_000), 8), 'too-large'],
    ['a header beyond the end', npy(header(), 8, { length: 9000 }), 'truncated'],
    ['nothing after the signature', npy('').subarray(0, 8), 'truncated'],
    [
      'an expression',
      npy(`{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (2,)}`, 8),
      'bad-header',
    ],
    ['a shape that is an expression', npy(header(undefined, '(2**70,)'), 8), 'bad-header'],
    ['a call after the dict', npy(`${header().trim()}.clear()`, 8), 'bad-header'],
    ['a key too many', npy(header().replace('}', "'x': True}"), 8), 'bad-header'],
    ['a key twice', npy(header().replace('}', "'shape': (2,)}"), 8), 'bad-header'],
    ['a key that is missing', npy("{'descr': '<f4', 'shape': (2,)}", 8), 'bad-header'],
    ['no dict', npy('(2,)', 8), 'bad-header'],
    ['text for the order', npy(header(undefined, undefined, "'False'"), 8), 'bad-header'],
    ['nesting without end', npy(`{'descr': ${'['.repeat(5000)}`, 8), 'bad-header'],
    ['Python objects', npy(header("'|O'"), 16), 'unsafe-pickle'],
    ['Python objects, with an order', npy(header("'<O8'"), 16), 'unsafe-pickle'],
    ['bfloat16', npy(header("'|V2'"), 4), 'unknown-dtype'],
    ['a type of the prototype', npy(header("'<constructor'"), 8), 'unknown-dtype'],
    ['text', npy(header("'<U1'"), 8), 'unknown-dtype'],
    ['a negative extent', npy(header(undefined, '(-2,)'), 8), 'bad-header'],
    ['a shape that is no tuple', npy(header(undefined, "'2'"), 8), 'bad-shape'],
    ['two commas', npy(header(undefined, '(2,,1)'), 8), 'bad-shape'],
    ['a hundred axes', npy(header(undefined, `(${'1,'.repeat(100)})`), 4), 'bad-shape'],
    ['an extent beyond 2^53', npy(header(undefined, '(9999999999999999,)'), 8), 'bad-shape'],
    ['a product that overflows', npy(header(undefined, '(4294967296, 4294967296)'), 0), 'truncated'],
    ['a petabyte', npy(header(undefined, '(281474976710656,)'), 8), 'truncated'],
    ['too few bytes', npy(header(), 7), 'truncated'],
    ['too many bytes', npy(header(), 9), 'bad-shape'],
  ])('%s', async (_, bytes, code) => {
    for (const [place, file] of [
      ['alone', bytes],
      ['in an archive', writeArchive([{ name: 'a.npy', parts: [bytes] }])],
    ] as const) {
      const { result, ms, bytes: memory } = await cost(() => outcome(file));
      expect(result, place).toBe(code);
      expect(ms).toBeLessThan(2000);
      expect(memory).toBeLessThan(200e6);
    }
  });

  test.each([
    ['objects.npz', 'unsafe-pickle'],
    ['complex.npz', 'unknown-dtype'],
    ['structured.npz', 'unknown-dtype'],
    ['text.npz', 'unknown-dtype'],
  ])('%s: %s', async (name, code) => expect(await codeOf(() => openWeights(fixture(name)))).toBe(code));

  test('a wrong checksum', async () => {
    const bytes = writeNpz([tensor('a', [2], [1, 2])]);
    bytes[200] = (bytes[200] as number) ^ 1;
    expect(await outcome(bytes)).not.toBe('no error');
  });

  test('an archive that unpacks to 400 MB, with a shape that says so', async () => {
    const array = Buffer.concat([npy(header(undefined, '(104857600,)')), Buffer.alloc(400 * 2 ** 20)]);
    const packed = deflateRawSync(array);
    const bytes = Buffer.from(writeArchive([{ name: 'a.npy', parts: [packed] }], 1));
    const central = bytes.readUInt32LE(bytes.length - 6);
    bytes.writeUInt16LE(8, central + 10);
    bytes.writeUInt32LE(array.length, central + 24);
    const { result, ms, bytes: memory } = await cost(() => outcome(bytes));
    expect(result).toBe('too-large');
    expect(ms).toBeLessThan(2000);
    expect(memory).toBeLessThan(200e6);
  });

  test.each(['stored.npz', 'deflated.npz', 'single.npy'])('1000 mutations of %s', async (name) => {
    const codes = await mutate(fixture(name), 1000);
    expect(codes.get('no error')).toBeGreaterThan(10);
    expect(codes.get('bad-header')).toBeGreaterThan(10);
  });
});

test('arrays beside other files', async () => {
  const file = await openNpz(
    memorySource(
      writeArchive([
        { name: 'README', parts: [] },
        { name: 'a.npy', parts: [writeNpy(tensor('a', [1]).tensor)] },
      ]),
    ),
  );
  expect([...file.metadata]).toEqual([['skipped', 'README']]);
});

/** The archive with every size and offset in the fields of zip64, as writers have it beyond 4 GB. */
function asZip64(name: string, data: Uint8Array): Buffer {
  const plain = Buffer.from(writeArchive([{ name, parts: [data] }], 1));
  const directory = plain.readUInt32LE(plain.length - 6);
  const entry = Buffer.concat([plain.subarray(directory, directory + 46 + name.length), Buffer.alloc(28)]);
  entry.writeUInt16LE(28, 30);
  for (const at of [20, 24, 42]) entry.writeUInt32LE(0xffffffff, at);
  const extra = 46 + name.length;
  entry.writeUInt16LE(1, extra);
  entry.writeUInt16LE(24, extra + 2);
  entry.writeBigUInt64LE(BigInt(data.length), extra + 4);
  entry.writeBigUInt64LE(BigInt(data.length), extra + 12);
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeBigUInt64LE(1n, 24);
  end.writeBigUInt64LE(1n, 32);
  end.writeBigUInt64LE(BigInt(entry.length), 40);
  end.writeBigUInt64LE(BigInt(directory), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(directory + entry.length), 64);
  end.writeUInt32LE(0x06054b50, 76);
  end.fill(0xff, 84, 96);
  return Buffer.concat([plain.subarray(0, directory), entry, end]);
}

describe('zip64', () => {
  const good = asZip64('a.npy', writeNpy(tensor('a', [2], [1.5, 2.5]).tensor));
  const edited = (edit: (copy: Buffer) => void): Buffer => {
    const copy = Buffer.from(good);
    edit(copy);
    return copy;
  };
  const end = good.length - 98;

  test('is read', async () => {
    const file = await openWeights(good);
    expect(await values(file, 'a')).toEqual([1.5, 2.5]);
  });

  test.each<[string, Buffer, string]>([
    ['a record beyond the end', edited((b) => b.writeBigUInt64LE(1n << 60n, end + 64)), 'bad-header'],
    ['a record that is none', edited((b) => b.writeUInt32LE(0, end)), 'bad-header'],
    ['no locator', edited((b) => b.writeUInt32LE(0, end + 56)), 'too-large'],
    ['a directory of 2^60 bytes', edited((b) => b.writeBigUInt64LE(1n << 60n, end + 40)), 'too-large'],
    ['a directory at 2^60', edited((b) => b.writeBigUInt64LE(1n << 60n, end + 48)), 'truncated'],
    ['2^63 entries', edited((b) => b.writeBigUInt64LE(1n << 63n, end + 32)), 'too-large'],
    [
      'an entry of 2^60 bytes',
      edited((b) => [24, 16].map((back) => b.writeBigUInt64LE(1n << 60n, end - back))),
      'bad-offsets',
    ],
    ['an entry at 2^60', edited((b) => b.writeBigUInt64LE(1n << 60n, end - 8)), 'bad-offsets'],
  ])('%s', async (_, bytes, code) => expect(await outcome(bytes)).toBe(code));
});
