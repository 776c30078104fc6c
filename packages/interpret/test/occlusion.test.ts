import { Builder, float32Tensor } from '@convzoo/layers';
import { expect, it } from 'vitest';
import { logitFor, occlusion, usualPatch } from '../src/index.js';
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

it('ends where its signal says so, before the next pictures', async () => {
  await using session = await backend.prepare(brightness(), new Map());
  const input = float32Tensor([1, 12, 16, 1], square());
  const controller = new AbortController();
  let [runs, told] = [0, 0];
  const counting = {
    run(pictures: typeof input) {
      runs++;
      return session.run(pictures);
    },
  };
  const onProgress = async () => {
    await Promise.resolve();
    if (++told === 2) controller.abort(new RangeError('enough'));
  };
  const { signal } = controller;
  await expect(occlusion({ ...options, session: counting, input, stride: 1, onProgress, signal })).rejects.toThrow(
    'enough',
  );
  // The whole picture, and two batches.
  expect(runs).toBe(3);
});

it('has a patch of a seventh of the shorter side, moved by its half', () => {
  expect(usualPatch({ height: 224, width: 300 })).toEqual({ patch: 32, stride: 16 });
  expect(usualPatch({ height: 3, width: 3 })).toEqual({ patch: 1, stride: 1 });
  expect(usualPatch({ height: 224, width: 224 }, 9)).toEqual({ patch: 9, stride: 4 });
});

it('has a logit for each class, and one for both classes of a network with one output', () => {
  const nn = new Builder('yes');
  const single = nn.graph(nn.dense(nn.input([3]), { name: 'fc', units: 1 }));
  expect([0, 1].map((index) => logitFor(single, index))).toEqual([
    { classIndex: 0, against: true },
    { classIndex: 0, against: false },
  ]);
  const more = new Builder('more');
  const three = more.graph(more.dense(more.input([3]), { name: 'fc', units: 3 }));
  expect(logitFor(three, 2)).toEqual({ classIndex: 2, against: false });
});
