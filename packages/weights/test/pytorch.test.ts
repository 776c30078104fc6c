import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { blobSource, memorySource, openPyTorch, openWeights, toFloat32, type WeightFile } from '../src/index.js';
import { codeOf, fixture } from './support.js';

const ramp = (size: number): number[] => Array.from({ length: size }, (_, i) => i / 8);
const values = async (file: WeightFile, name: string): Promise<number[]> => [...toFloat32(await file.read(name)).data];
const openFixture = (name: string, options = {}) => openWeights(memorySource(fixture(name), name), options);

const STATE_DICT = [
  { name: 'conv.weight', dtype: 'float32', shape: [4, 2, 3, 3] },
  { name: 'conv.bias', dtype: 'float32', shape: [4] },
  { name: 'bn.weight', dtype: 'float32', shape: [4] },
  { name: 'bn.bias', dtype: 'float32', shape: [4] },
  { name: 'bn.running_mean', dtype: 'float32', shape: [4] },
  { name: 'bn.running_var', dtype: 'float32', shape: [4] },
  { name: 'bn.num_batches_tracked', dtype: 'int64', shape: [] },
  { name: 'fc.weight', dtype: 'float32', shape: [5, 8] },
  { name: 'fc.bias', dtype: 'float32', shape: [5] },
];

describe('state dicts that torch 2.2 wrote', () => {
  test.each([
    'state-dict.zip.pt',
    'state-dict.legacy.pt',
    'protocol3.zip.pt',
    'protocol4.zip.pt',
    'protocol5.zip.pt',
    'protocol4.legacy.pt',
    'deflated.zip.pt',
  ])('%s', async (name) => {
    const file = await openFixture(name);
    expect(file.format).toBe('pytorch');
    expect(file.tensors).toEqual(STATE_DICT);
    for (const { name: tensor, shape } of file.tensors)
      expect(await values(file, tensor), tensor).toEqual(ramp(shape.reduce((a, b) => a * b, 1)));
    expect([...file.metadata]).toEqual([['container', name.includes('legacy') ? 'legacy' : 'zip']]);
    expect(await codeOf(() => file.read('conv'))).toBe('no-such-tensor');
  });

  test('a Blob is read in pieces', async () => {
    const file = await openWeights(blobSource(new Blob([fixture('state-dict.zip.pt').slice()])));
    expect(await values(file, 'fc.bias')).toEqual(ramp(5));
  });
});

describe.each(['zip', 'legacy'])('in the %s form', (form) => {
  test('a checkpoint: the state dict is found, and where is said', async () => {
    const file = await openFixture(`checkpoint.${form}.pt`);
    expect(file.tensors).toEqual(STATE_DICT.map((info) => ({ ...info, name: `module.${info.name}` })));
    expect([...file.metadata]).toEqual([
      ['container', form],
      ['state_dict', 'state_dict'],
      ['other_state_dicts', '(top level), ema'],
    ]);
  });

  test('another part of it is read on demand', async () => {
    const file = await openFixture(`checkpoint.${form}.pt`, { part: 'ema' });
    expect(file.tensors.map(({ name }) => name)).toEqual(['conv.weight']);
    expect(file.metadata.get('state_dict')).toBe('ema');
    await expect(openFixture(`checkpoint.${form}.pt`, { part: 'teacher' })).rejects.toThrow(/"state_dict", "ema"/);
  });

  test('views, shared storages and every element type', async () => {
    const file = await openFixture(`views.${form}.pt`);
    const base = ramp(24);
    const pick = (rows: number[], columns: number[]) => rows.flatMap((row) => columns.map((at) => base[6 * row + at]));
    const columns = [0, 1, 2, 3, 4, 5].flatMap((column) => pick([0, 1, 2, 3], [column]));
    expect(await values(file, 'base')).toEqual(base);
    expect(await values(file, 'transposed')).toEqual(columns);
    expect(await values(file, 'part')).toEqual(pick([1, 2], [0, 2, 4]));
    expect(await values(file, 'row')).toEqual(pick([2], [0, 1, 2, 3, 4, 5]));
    expect(await values(file, 'expanded')).toEqual(pick([0, 1, 2, 3], [0, 0, 0]));
    expect(await values(file, 'scalar')).toEqual(pick([1], [1]));
    expect(await values(file, 'empty')).toEqual([]);
    expect(await values(file, 'flipped')).toEqual(ramp(24));
    for (const name of ['parameter', 'float64', 'float16', 'bfloat16'])
      expect(await values(file, name)).toEqual(ramp(3));
    expect(file.tensors.map(({ name, shape }) => [name, shape.join()])).toContainEqual(['transposed', '6,4']);
    const integers = async (name: string) => (await file.read(name)).data;
    expect(await integers('int64')).toEqual(new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]));
    expect(await integers('int32')).toEqual(new Int32Array([-(2 ** 31), 2 ** 31 - 1]));
    expect(await integers('int16')).toEqual(new Int16Array([-(2 ** 15), 2 ** 15 - 1]));
    expect(await integers('int8')).toEqual(new Int8Array([-128, 127]));
    expect(await integers('uint8')).toEqual(new Uint8Array([0, 255]));
    expect(await integers('bool')).toEqual(new Uint8Array([1, 0]));
  });

  test('a call of os.system is refused by name and does not happen', async () => {
    await expect(openFixture(`evil.${form}.pt`)).rejects.toThrow(/evil.*"(posix|nt)\.system"/);
    expect(await codeOf(() => openFixture(`evil.${form}.pt`))).toBe('unsafe-pickle');
    expect(existsSync('/tmp/convzoo-was-here')).toBe(false);
  });
});

describe('what is refused, with its name', () => {
  test.each([
    ['evil.pkl', 'unsafe-pickle', 'posix.system'],
    ['module.zip.pt', 'unsafe-pickle', 'torch.nn.modules.container.Sequential'],
    ['quantised.zip.pt', 'unsafe-pickle', 'torch._utils._rebuild_qtensor'],
    ['sparse.zip.pt', 'unsafe-pickle', 'torch._utils._rebuild_sparse_tensor'],
    ['numpy.zip.pt', 'unsafe-pickle', 'numpy.core.multiarray._reconstruct'],
    ['script.zip.pt', 'unsafe-pickle', 'TorchScript'],
    ['complex.zip.pt', 'unknown-dtype', 'ComplexFloatStorage'],
  ])('%s: %s', async (name, code, text) => {
    const opened = openFixture(name);
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    await expect(opened).rejects.toThrow(name);
  });

  test('a pickle that torch did not write', async () => {
    await expect(openPyTorch(memorySource(Uint8Array.of(0x80, 2, 0x4e, 0x2e)))).rejects.toThrow(/torch\.save did not/);
  });
});

test('only what is asked for is read', async () => {
  const bytes = fixture('views.zip.pt');
  const inner = memorySource(bytes);
  const reads: [number, number][] = [];
  const { name, size } = inner;
  const read = (offset: number, length: number) => {
    reads.push([offset, length]);
    return inner.read(offset, length);
  };
  const source = { name, size, read };
  const file = await openPyTorch(source);
  reads.length = 0;
  await file.read('row');
  // A local header, then six numbers.
  expect(reads.map(([, length]) => length)).toEqual([30, 24]);
});
