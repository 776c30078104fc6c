import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { moduleOf, parameterNames } from '../src/formats/onnx/names.js';
import { memorySource, openOnnx, openWeights, toFloat32, type WeightFile } from '../src/index.js';
import { fileSource, openWeightsFile } from '../src/node.js';
import { cost, mutate, outcome } from './hostile.js';
import { codeOf, fixture } from './support.js';

const values = async (file: WeightFile, name: string): Promise<number[]> => [...toFloat32(await file.read(name)).data];

describe('every-dtype.onnx, which the onnx package wrote', () => {
  const open = (): Promise<WeightFile> => openWeights(memorySource(fixture('every-dtype.onnx'), 'every-dtype.onnx'));

  test('names, types and shapes of what may be weights; matrices as [out, in]', async () => {
    const file = await open();
    expect(file.format).toBe('onnx');
    expect(file.tensors.map((info) => [info.name, info.dtype, info.shape.join()])).toEqual([
      ['float32.typed', 'float32', '2,3'],
      ['float32.raw', 'float32', '2,3'],
      ['float64.typed', 'float64', '2,3'],
      ['float64.raw', 'float64', '2,3'],
      ['float16.typed', 'float16', '2,3'],
      ['float16.raw', 'float16', '2,3'],
      ['bfloat16.typed', 'bfloat16', '2,3'],
      ['bfloat16.raw', 'bfloat16', '2,3'],
      ['empty', 'float32', '0,3'],
      ['matmul.weight', 'float32', '3,2'],
      ['gemm.weight', 'float32', '3,2'],
      ['transposed.weight', 'float32', '2,3'],
    ]);
    expect([...file.metadata]).toEqual([
      ['producer', 'fixture'],
      ['author', 'make_onnx.py'],
      ['skipped', 'int8, int64, uint64, scalar'],
    ]);
    expect(await codeOf(() => file.read('int64'))).toBe('no-such-tensor');
  });

  test('values, as raw bytes and in the field of their type', async () => {
    const file = await open();
    for (const type of ['float32', 'float64', 'float16', 'bfloat16']) {
      for (const form of ['typed', 'raw'])
        expect(await values(file, `${type}.${form}`), `${type}.${form}`).toEqual([0, 1, 2, -3, 4, 100]);
    }
    expect(await values(file, 'empty')).toEqual([]);
    expect(await values(file, 'matmul.weight')).toEqual([0, 3, 1, 4, 2, 5]);
    expect(await values(file, 'gemm.weight')).toEqual([0, 3, 1, 4, 2, 5]);
    expect(await values(file, 'transposed.weight')).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('numbers in a file beside the model', () => {
  const path = fileURLToPath(new URL('fixtures/external.onnx', import.meta.url));

  test('are read from it', async () => {
    const file = await openWeightsFile(path);
    expect(file.tensors.map(({ name }) => name)).toEqual(['part0', 'part1', 'part2']);
    expect(await values(file, 'part2')).toEqual(Array.from({ length: 600 }, (_, i) => i + 2));
    expect((await values(file, 'part0'))[599]).toBe(599);
    await file.close();
  });

  test('cannot be had from memory alone, and not from outside of the folder', async () => {
    expect(await outcome(fixture('external.onnx'))).toBe('cannot-read');
    const text = Buffer.from(fixture('external.onnx')).toString('latin1');
    const bytes = new Uint8Array(Buffer.from(text.replaceAll('external.onnx.data', '../../etc/passwd.x'), 'latin1'));
    expect(bytes.length).toBeGreaterThan(300);
    const source = await fileSource(path);
    const open = (): Promise<WeightFile> =>
      openOnnx({ ...memorySource(bytes, 'changed'), sibling: (name) => source.sibling!(name), close: source.close! });
    expect(await outcome(bytes, open)).toBe('unsafe-path');
  });
});

test('modules by the names of nodes, as torch nests them', () => {
  expect(moduleOf('/conv1/Conv')).toBe('conv1');
  expect(moduleOf('/layer1/layer1.0/conv1/Conv')).toBe('layer1.0.conv1');
  expect(moduleOf('/features/features.1/conv/conv.0/conv.0.0/Conv')).toBe('features.1.conv.0.0');
  expect(moduleOf('/layer1/layer1.10/Conv')).toBe('layer1.10');
  expect(moduleOf('/layer1/layer10/Conv')).toBe('layer1.layer10');
  expect(moduleOf('node_Conv_291')).toBeUndefined();
});

test('names that an exporter made up become those of the module; two never become one', () => {
  const node = (op: string, name: string, ...inputs: string[]) => ({ op, name, inputs, transposed: false });
  const names = parameterNames(
    ['onnx::Conv_1', 'onnx::Conv_2', 'fc.weight', 'conv2.weight', 'conv2.weight_bias', 'a.weight:folded', 'val_7'],
    [
      node('Conv', '/conv1/Conv', 'x', 'onnx::Conv_1', 'onnx::Conv_2'),
      node('Conv', 'n', 'x', 'conv2.weight', 'conv2.weight_bias'),
      node('Conv', 'a/Conv', 'x', 'a.weight:folded'),
      node('MatMul', '/fc/MatMul', 'x', 'val_7'),
    ],
  );
  expect(Object.fromEntries(names)).toEqual({
    'onnx::Conv_1': 'conv1.weight',
    'onnx::Conv_2': 'conv1.bias',
    'fc.weight': 'fc.weight',
    'conv2.weight': 'conv2.weight',
    'conv2.weight_bias': 'conv2.bias',
    'a.weight:folded': 'a.weight',
    // fc.weight is there already.
    val_7: 'val_7',
  });
});

describe('files made to harm', () => {
  /** A protobuf field of bytes. */
  const bytesField = (number: number, bytes: readonly number[]): number[] => [
    ...varint(number * 8 + 2),
    ...varint(bytes.length),
    ...bytes,
  ];
  const numberField = (number: number, value: number | bigint): number[] => [...varint(number * 8), ...varint(value)];
  const varint = (value: number | bigint): number[] => {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    return [...bytes, Number(rest)];
  };
  const ascii = (text: string): number[] => [...Buffer.from(text)];
  const model = (...tensor: number[][]): Uint8Array =>
    Uint8Array.from([...numberField(1, 10), ...bytesField(7, bytesField(5, tensor.flat()))]);
  const named = bytesField(8, ascii('t'));
  const float = numberField(2, 1);

  test.each<[string, string, Uint8Array]>([
    ['a good one', 'no error', model(numberField(1, 2), float, named, bytesField(9, new Array(8).fill(0)))],
    ['a shape of terabytes', 'bad-shape', model(numberField(1, 2 ** 40), float, named, bytesField(9, [0, 0, 0, 0]))],
    ['a product beyond 2^53', 'bad-shape', model(...[1, 2, 3].map(() => numberField(1, 2 ** 40)), float, named)],
    ['an extent below 0', 'bad-shape', model(numberField(1, -1n), float, named, bytesField(9, []))],
    ['an extent below 0, twice', 'bad-shape', model(numberField(1, -2n), numberField(1, -2n), float, named)],
    ['no numbers', 'bad-shape', model(numberField(1, 2), float, named)],
    [
      'more numbers than it says',
      'bad-shape',
      model(numberField(1, 1), float, named, bytesField(9, new Array(8).fill(0))),
    ],
    ['numbers of another type', 'bad-shape', model(numberField(1, 1), float, named, bytesField(7, [0]))],
    [
      'numbers twice',
      'bad-header',
      model(numberField(1, 1), float, named, bytesField(9, [0, 0, 0, 0]), bytesField(4, [0, 0, 0, 0])),
    ],
    [
      'packed numbers that end early',
      'truncated',
      model(numberField(1, 2), numberField(2, 10), named, bytesField(5, [1, 128])),
    ],
    [
      'packed numbers that go on',
      'bad-header',
      model(numberField(1, 1), numberField(2, 10), named, bytesField(5, [1, 1])),
    ],
    ['65 axes', 'bad-shape', model(...Array.from({ length: 65 }, () => numberField(1, 1)), float, named)],
    ['an unknown type', 'unknown-dtype', model(numberField(1, 1), numberField(2, 17), named, bytesField(9, [0]))],
    ['strings', 'unknown-dtype', model(numberField(1, 1), numberField(2, 8), named, bytesField(6, [0]))],
    ['a name of 5000 bytes', 'too-large', model(float, bytesField(8, new Array(5000).fill(97)))],
    ['a name that is not UTF-8', 'bad-header', model(float, bytesField(8, [0xff, 0xfe]))],
    ['a number of 11 bytes', 'bad-header', Uint8Array.from([8, 10, 58, ...new Array(11).fill(255), 1])],
    ['a length beyond the file', 'truncated', Uint8Array.from([8, 10, 58, 100, 1])],
    ['a length beyond 2^53', 'bad-header', Uint8Array.from([8, 10, 58, ...varint(2n ** 60n), 1])],
    ['a group, which is no more', 'bad-header', Uint8Array.from([8, 10, 58, 2, 11, 0])],
    ['a field of number 0', 'bad-header', Uint8Array.from([8, 10, 58, 2, 0, 0])],
    ['no graph', 'bad-header', Uint8Array.from([8, 10, 18, 1, 97])],
    [
      'a negative offset beside it',
      'bad-offsets',
      model(
        numberField(1, 1),
        float,
        named,
        numberField(14, 1),
        bytesField(13, [...bytesField(1, ascii('location')), ...bytesField(2, ascii('x'))]),
        bytesField(13, [...bytesField(1, ascii('offset')), ...bytesField(2, ascii('-4'))]),
      ),
    ],
  ])('%s: %s', async (_, code, bytes) => {
    expect(await outcome(bytes)).toBe(code);
  });

  test('two tensors of one name', async () => {
    const tensor = bytesField(5, [...numberField(1, 1), ...float, ...named, ...bytesField(9, [0, 0, 0, 0])]);
    const bytes = Uint8Array.from([...numberField(1, 10), ...bytesField(7, [...tensor, ...tensor])]);
    expect(await outcome(bytes)).toBe('duplicate-name');
  });

  test('50 MB of empty fields end at a limit, soon', async () => {
    const bytes = new Uint8Array(50_000_000).fill(0x12);
    for (let i = 1; i < bytes.length; i += 2) bytes[i] = 0;
    bytes.set([8, 10, 0x12, 0]);
    const { ms, bytes: memory } = await cost(async () => expect(await outcome(bytes)).toBe('too-large'));
    expect(ms).toBeLessThan(6000);
    expect(memory).toBeLessThan(200e6);
  });

  test.each(['every-dtype.onnx', 'external.onnx'])('1000 mutations of %s', async (name) => {
    const codes = await mutate(fixture(name), 1000, openOnnx);
    expect(codes.get('bad-header')).toBeGreaterThan(10);
    if (name === 'every-dtype.onnx') expect(codes.get('no error')).toBeGreaterThan(10);
  });
});
