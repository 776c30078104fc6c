import { readFileSync } from 'node:fs';
import { Builder } from '@convzoo/layers';
import { describe, expect, test } from 'vitest';
import { fillFromHash, fillInput, type GoldenRole, goldenArray, goldenHash } from '../src/golden-fill.js';
import { WeightsError } from '../src/index.js';

interface Row {
  path: string;
  shape?: number[];
  role?: string;
  fan_in?: number | null;
  log4?: number;
  hash?: number[];
  float32_bits?: string[];
  last?: number;
  index?: number;
  image?: string;
}
const file = new URL('../../../fixtures/goldens/fill-check.jsonl', import.meta.url);
const rows = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const bits = (x: number) => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  return view.getUint32(0).toString(16).padStart(8, '0');
};

describe('the worked examples of fill-check.jsonl', () => {
  for (const row of rows.filter((r) => r.image === undefined)) {
    test(`${row.path} ${row.role ?? 'hash'} ${row.log4 ?? ''}`, () => {
      if (row.index !== undefined) {
        expect([goldenHash(row.path, row.index)]).toEqual(row.hash);
        return;
      }
      expect([0, 1, 2, 3].map((i) => goldenHash(row.path, i))).toEqual(row.hash);
      const size = row.shape!.reduce((a, b) => a * b, 1);
      const data = row.role!.startsWith('input-')
        ? fillInput([1, 1, 1, size], 'NHWC', row.role === 'input-byte' ? 'byte' : 'signed', row.path).data
        : goldenArray(row.path, size, row.role as GoldenRole, { fanIn: row.fan_in ?? 1, log4: row.log4 ?? 0 });
      expect([...data.subarray(0, 4)].map(bits)).toEqual(row.float32_bits);
      expect(Number(data.at(-1)!.toPrecision(9))).toBe(row.last);
    });
  }
});

/** A network with every layout: convolution, depthwise with a multiplier, grouped, BatchNorm, dense after a flatten. */
function network() {
  const nn = new Builder('layouts');
  let x = nn.input([6, 5, 4]);
  x = nn.conv2d(x, { name: 'conv', out: 6, kernel: [3, 2], bias: true, padding: 0 });
  x = nn.batchNorm(x, { name: 'bn' });
  x = nn.depthwiseConv2d(x, { name: 'dw', kernel: 3, multiplier: 2 });
  x = nn.conv2d(x, { name: 'grouped', out: 8, kernel: 1, groups: 4 });
  x = nn.dense(nn.flatten(x), { name: 'fc1', units: 5 });
  return nn.graph(nn.dense(nn.activation(x, 'relu'), { name: 'fc2', units: 3 }));
}

describe('fillFromHash', () => {
  test('torch: every element is at the index that torch gives it', () => {
    const graph = network();
    const params = fillFromHash(graph, { dialect: 'torchvision', log4: { bn: -2 } });
    const at = (path: string, size: number, role: GoldenRole, fanIn: number) =>
      goldenArray(path, size, role, { fanIn });
    const check = (
      path: string,
      shape: number[],
      role: GoldenRole,
      fanIn: number,
      torchIndex: (at: number[]) => number,
    ) => {
      const tensor = params.get(path)!;
      expect(tensor.shape).toEqual(shape);
      const source = at(path, tensor.data.length, role, fanIn);
      tensor.data.forEach((value, flat) => {
        const index: number[] = [];
        for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
          index.unshift(rest % shape[axis]!);
          rest = Math.floor(rest / shape[axis]!);
        }
        expect(value).toBe(source[torchIndex(index)]);
      });
    };
    const oihw =
      (kh: number, kw: number, inputs: number) =>
      ([h, w, i, o]: number[]) =>
        ((o! * inputs + i!) * kh + h!) * kw + w!;
    check('conv.weight', [3, 2, 4, 6], 'conv', 24, oihw(3, 2, 4));
    check('dw.weight', [3, 3, 1, 12], 'conv', 9, oihw(3, 3, 1));
    check('grouped.weight', [1, 1, 3, 8], 'conv', 3, oihw(1, 1, 3));
    // The map is [4, 4, 8]: torch's row of (h, w, c) is (c * 4 + h) * 4 + w.
    check('fc1.weight', [128, 5], 'dense', 128, ([row, o]) => {
      const [c, w, h] = [row! % 8, Math.floor(row! / 8) % 4, Math.floor(row! / 32)];
      return o! * 128 + (c * 4 + h) * 4 + w;
    });
    check('fc2.weight', [5, 3], 'dense', 5, ([i, o]) => o! * 5 + i!);
    expect(params.get('bn.running_var')!.data).toEqual(goldenArray('bn.running_var', 6, 'running_var', { log4: -2 }));
    expect(params.get('conv.bias')!.data).toEqual(goldenArray('conv.bias', 6, 'bias'));
    expect(params.get('bn.bias')!.data).toEqual(goldenArray('bn.bias', 6, 'norm_bias'));
  });

  test('Keras: the order is this project’s own', () => {
    const params = fillFromHash(network(), { dialect: 'keras', log4: { bn: 1 } });
    expect(params.get('dw.weight')!.data).toEqual(goldenArray('dw/depthwise_kernel', 108, 'conv', { fanIn: 9 }));
    expect(params.get('fc1.weight')!.data).toEqual(goldenArray('fc1/kernel', 640, 'dense', { fanIn: 128 }));
    expect(params.get('bn.running_mean')!.data).toEqual(goldenArray('bn/moving_mean', 6, 'running_mean'));
  });

  test('a power for a norm that the network does not have is refused', () => {
    expect(() => fillFromHash(network(), { dialect: 'torchvision', log4: { bn9: 1 } })).toThrow(WeightsError);
  });
});

test('fillInput: NCHW comes out as NHWC', () => {
  const nchw = fillInput([2, 3, 4, 5], 'NCHW', 'signed');
  const source = fillInput([2, 3, 4, 5], 'NHWC', 'signed').data;
  expect(nchw.shape).toEqual([2, 4, 5, 3]);
  for (let n = 0; n < 2; n++)
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 5; x++)
        for (let c = 0; c < 3; c++)
          expect(nchw.data[((n * 4 + y) * 5 + x) * 3 + c]).toBe(source[((n * 3 + c) * 4 + y) * 5 + x]);
});
