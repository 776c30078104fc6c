import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTensor } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ByteSource,
  bindWeights,
  describeWeights,
  encodeWeights,
  folderSource,
  openWeights,
  sameParameters,
  statisticsOf,
  tensorStatistics,
  writeNpz,
  writeSafetensors,
  writeTfjs,
} from '../src/index.js';
import { fileSource } from '../src/node.js';
import { cost } from './hostile.js';
import { codeOf, countingParameters, fixture, tensor } from './support.js';

describe('describeWeights', () => {
  test('format, dialect, counts', async () => {
    const file = await openWeights(fixture('state-dict.zip.pt'));
    const { tensors, ...rest } = describeWeights(file);
    expect(rest).toEqual({
      name: 'memory',
      format: 'pytorch',
      dialect: 'torchvision',
      values: 72 + 5 * 4 + 1 + 40 + 5,
      bytes: 4 * (72 + 5 * 4 + 40 + 5) + 8,
      dtypes: new Map([
        ['float32', 8],
        ['int64', 1],
      ]),
      metadata: new Map([['container', 'zip']]),
    });
    expect(tensors).toBe(file.tensors);
    expect(describeWeights(await openWeights(fixture('full-model.h5'))).dialect).toBe('keras');
    expect(describeWeights(await openWeights(fixture('single.npy'))).dialect).toBeUndefined();
  });

  const path = join(tmpdir(), `convzoo-500MB-${process.pid}.safetensors`);
  afterAll(() => rmSync(path, { force: true }));

  test('of 500 MB only the header is read, and then only the tensor that is asked for', async () => {
    const count = 125_000_000 - 8;
    const offsets = (begin: number, values: number) => ({
      dtype: 'F32',
      shape: [values],
      data_offsets: [4 * begin, 4 * (begin + values)],
    });
    const header = Buffer.from(JSON.stringify({ 'a.weight': offsets(0, count), 'a.bias': offsets(count, 8) }));
    const length = Buffer.alloc(8);
    length.writeUInt32LE(header.length);
    const handle = openSync(path, 'w');
    writeSync(handle, Buffer.concat([length, header]));
    // The rest is a hole, which takes no room on the disk.
    ftruncateSync(handle, 8 + header.length + 500_000_000);
    closeSync(handle);

    const inner = await fileSource(path);
    let bytes = 0;
    const read: ByteSource['read'] = (offset, size) => {
      bytes += size;
      return inner.read(offset, size);
    };
    const close = async () => inner.close?.();
    const source: ByteSource = { name: path, size: inner.size, read, close };
    const { result: file, ms } = await cost(() => openWeights(source));
    expect(describeWeights(file)).toMatchObject({ values: 125_000_000, bytes: 500_000_000, dialect: 'torchvision' });
    // Format, length, header.
    expect(bytes).toBe(64 + 8 + header.length);
    expect(ms).toBeLessThan(1000);
    expect(await tensorStatistics(file, 'a.bias')).toMatchObject({ count: 8, zero: 8, mean: 0, std: 0 });
    expect(bytes).toBe(64 + 8 + header.length + 32);
    await file.close();
  });
});

describe('statistics', () => {
  test('of values that are finite, with the others counted', () => {
    const data = [1, 2, 3, 4, 0, -0, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const { std, ...rest } = statisticsOf(tensor('w', [10], data).tensor);
    expect(rest).toEqual({ count: 10, nan: 2, infinite: 2, zero: 2, min: 0, max: 4, mean: 10 / 6 });
    expect(std).toBeCloseTo(Math.sqrt(30 / 6 - (10 / 6) ** 2), 12);
  });

  test('of nothing, and of nothing finite', () => {
    const none = { min: undefined, max: undefined, mean: undefined, std: undefined };
    expect(statisticsOf(tensor('w', [0]).tensor)).toEqual({ count: 0, nan: 0, infinite: 0, zero: 0, ...none });
    expect(statisticsOf(tensor('w', [1], [Number.NaN]).tensor)).toEqual({
      count: 1,
      nan: 1,
      infinite: 0,
      zero: 0,
      ...none,
    });
  });

  test.each<[string, HostTensor]>([
    ['float16', { dtype: 'float16', shape: [3], data: new Uint16Array([0x3c00, 0xc000, 0x7e00]) }],
    ['bfloat16', { dtype: 'bfloat16', shape: [3], data: new Uint16Array([0x3f80, 0xc000, 0x7fc0]) }],
  ])('%s is decoded', (_, value) => {
    expect(statisticsOf(value)).toMatchObject({ count: 3, nan: 1, min: -2, max: 1, mean: -0.5, std: 1.5 });
  });

  test('int64', () => {
    const data = new BigInt64Array([-(2n ** 62n), 0n, 2n ** 62n]);
    expect(statisticsOf({ dtype: 'int64', shape: [3], data })).toMatchObject({
      min: -(2 ** 62),
      max: 2 ** 62,
      mean: 0,
      zero: 1,
    });
  });

  test('a deviation that is small beside the mean is not lost', () => {
    const { mean, std } = statisticsOf(tensor('w', [4], [16777214, 16777215, 16777215, 16777216]).tensor);
    expect([mean, std]).toEqual([16777215, Math.sqrt(0.5)]);
  });

  test('min <= mean <= max, and every value is counted', () => {
    fc.assert(
      fc.property(fc.array(fc.float(), { maxLength: 50 }), (values) => {
        const { count, nan, infinite, min, max, mean } = statisticsOf(tensor('w', [values.length], values).tensor);
        const finite = values.filter(Number.isFinite);
        expect([count, nan, infinite]).toEqual([
          values.length,
          values.filter(Number.isNaN).length,
          count - nan - finite.length,
        ]);
        if (finite.length === 0 || min === undefined || max === undefined || mean === undefined) return;
        expect([min, max]).toEqual([Math.min(...finite) + 0, Math.max(...finite) + 0]);
        const slack = 1e-9 * Math.max(Math.abs(min), Math.abs(max));
        expect(mean).toBeGreaterThanOrEqual(min - slack);
        expect(mean).toBeLessThanOrEqual(max + slack);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test('of one tensor of a file', async () => {
    const file = await openWeights(fixture('state-dict.legacy.pt'));
    expect(await tensorStatistics(file, 'fc.bias')).toMatchObject({ count: 5, min: 0, max: 0.5, mean: 0.25 });
    expect(await codeOf(() => tensorStatistics(file, 'fc'))).toBe('no-such-tensor');
  });
});

describe.each(['torchvision', 'timm', 'keras'] as const)(
  'writing a network in the dialect of %s, then reading it',
  (dialect) => {
    const graph = buildModel('mobilenet_v2', dialect === 'keras' ? { dialect } : {});
    const params = countingParameters(graph);
    // A NaN with a payload, an infinity, a subnormal and a negative zero among them.
    const special = new Uint32Array([0x7fc12345, 0xff800000, 0x00000001, 0x80000000]);
    const [first] = params.values();
    first?.data.set(new Float32Array(special.buffer));

    test.each(['safetensors', 'npz', 'tfjs'] as const)('as %s: the same bits', async (format) => {
      const tensors = encodeWeights(graph, params, { dialect });
      const write = {
        safetensors: () => writeSafetensors(tensors),
        npz: () => writeNpz(tensors),
        tfjs: () => folderSource(writeTfjs(tensors), 'model.json'),
      };
      const file = await openWeights(write[format]());
      expect(file.format).toBe(format);
      const { params: bound, report } = await bindWeights(graph, file, { dialect });
      expect(report.ignored).toEqual([]);
      expect(sameParameters(bound, params)).toBe(true);
    });
  },
);
