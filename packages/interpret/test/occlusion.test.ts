import { Builder, float32Tensor } from '@convzoo/layers';
import { expect, it } from 'vitest';
import { occlusion } from '../src/index.js';
import { backend } from './support.js';

/** Mean of each channel: the output is the brightness. */
function brightness() {
  const nn = new Builder('brightness');
  return nn.graph(nn.globalAvgPool(nn.input([12, 16, 1])));
}

/** Dark, with a bright square of 4x4 at row 5, column 8. */
function square(): Float32Array {
  const data = new Float32Array(12 * 16);
  for (let y = 5; y < 9; y++) data.fill(1, y * 16 + 8, y * 16 + 12);
  return data;
}

const options = { patch: 4, stride: 2, fill: [0], score: (outputs: Float32Array) => outputs[0]! * 192 };

it('finds the informative patch', async () => {
  await using session = await backend.prepare(brightness(), new Map());
  const input = float32Tensor([1, 12, 16, 1], square());
  const seen: number[] = [];
  const { drops, map, score } = await occlusion({
    ...options,
    session,
    input,
    stride: 1,
    onProgress: (n) => seen.push(n),
  });
  expect(score).toBeCloseTo(16, 4);
  expect([drops.height, drops.width]).toEqual([9, 13]);
  // Over the square all of it is lost; one pixel aside a quarter remains.
  expect(drops.values[5 * 13 + 8]).toBeCloseTo(16, 4);
  expect(drops.values[5 * 13 + 9]).toBeCloseTo(12, 4);
  expect(drops.values[0]).toBeCloseTo(0, 4);
  const most = map.values.indexOf(Math.max(...map.values));
  expect([Math.floor(most / 16), most % 16]).toEqual([expect.closeTo(6.5, -0.3), expect.closeTo(9.5, -0.3)]);
  expect([seen.at(-1), seen.length]).toEqual([117, 15]);
  expect(input.data).toEqual(square());
});

it('is the same in batches of any size, and covers every pixel', async () => {
  await using session = await backend.prepare(brightness(), new Map());
  const input = float32Tensor([1, 12, 16, 1], square());
  const of = (batch: number) => occlusion({ ...options, session, input, patch: 5, stride: 3, batch });
  const [one, seven] = [await of(1), await of(7)];
  expect(seven.drops.values.length).toBe(4 * 5);
  for (const [i, value] of seven.drops.values.entries()) expect(value).toBeCloseTo(one.drops.values[i]!, 5);
  expect(seven.map.values.every(Number.isFinite)).toBe(true);
});

it.each([
  [{ patch: 13 }, /A patch of 13 does not fit into an input of 12x16/],
  [{ stride: 5 }, /A stride of 5 leaves pixels between patches of 4 unseen/],
  [{ fill: [0, 0] }, /fill needs 1 values/],
  [{ stride: 0 }, /stride is a whole number of at least 1, got 0/],
  [{ batch: 1.5 }, /batch is a whole number/],
])('refuses %j', async (change, message) => {
  await using session = await backend.prepare(brightness(), new Map());
  const input = float32Tensor([1, 12, 16, 1], square());
  await expect(occlusion({ ...options, session, input, ...change })).rejects.toThrow(message);
});
