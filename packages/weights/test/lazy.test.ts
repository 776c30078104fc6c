import { Builder, float32Tensor, originOf, type Parameters, paramsOf, sizeOf } from '@convzoo/layers';
import { expect, it } from 'vitest';
import {
  bindWeights,
  castFloats,
  encodeWeights,
  memorySource,
  openSafetensors,
  sameParameters,
  writeSafetensors,
} from '../src/index.js';

const nn = new Builder('lazy');
const map = nn.activation(nn.conv2d(nn.input([6, 6, 64]), { name: 'conv', out: 64, kernel: 3 }), 'relu');
const graph = nn.graph(nn.dense(nn.flatten(map), { name: 'fc', units: 40 }));
const given: Parameters = new Map(
  paramsOf(graph).map(({ path, shape }) => [
    path,
    float32Tensor(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i)),
    ),
  ]),
);

const fileOf = (dtype: 'float32' | 'float16', change: (bytes: Uint8Array) => void = () => {}) => {
  const bytes = writeSafetensors(encodeWeights(graph, given).map((tensor) => castFloats(tensor, dtype)));
  change(bytes);
  return openSafetensors(memorySource(bytes));
};

it.each(['float32', 'float16'] as const)(
  'large tensors of %s have the values that they have at once',
  async (dtype) => {
    const [now, later] = await Promise.all(
      [false, true].map(async (lazy) => (await bindWeights(graph, await fileOf(dtype), { lazy, finite: true })).params),
    );
    const kinds = paramsOf(graph).map(({ path }) => originOf(later!.get(path)!)?.kind);
    expect(kinds).toEqual([dtype, dtype, undefined]);
    expect(sameParameters(now!, later!)).toBe(true);
  },
);

it.each(['float32', 'float16'] as const)('an infinite value of %s is refused when it is read', async (dtype) => {
  // The file ends with the last value of its last tensor, little-endian.
  const broken = await fileOf(dtype, (bytes) => {
    const infinity = dtype === 'float32' ? [0, 0, 0x80, 0x7f] : [0, 0x7c];
    bytes.set(infinity, bytes.length - infinity.length);
  });
  const last = broken.tensors.at(-1)!.name;
  const { params } = await bindWeights(graph, broken, { lazy: true, finite: true });
  const path = paramsOf(graph).find((spec) => spec.path === last)!.path;
  expect(() => params.get(path)!.data).toThrow(expect.objectContaining({ code: 'bad-value' }));
});
