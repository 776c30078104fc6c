import { float32Tensor } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import {
  coloured,
  colourFilters,
  featureMaps,
  filterSlices,
  grey,
  meanActivation,
  normalised,
  overlay,
  spread,
  viridis,
} from '../src/index.js';
import { noise } from './support.js';

const map = (height: number, width: number, values: number[]) => ({ height, width, values: Float32Array.from(values) });

describe('spread', () => {
  it('is torch.nn.functional.interpolate(mode="bilinear", align_corners=False)', () => {
    // torch.nn.functional.interpolate(torch.tensor([[[[0., 4.]]]]), size=(1, 8), mode='bilinear')
    expect([...spread(map(1, 2, [0, 4]), { height: 1, width: 8 }).values]).toEqual([0, 0, 0.5, 1.5, 2.5, 3.5, 4, 4]);
  });

  it('lies where the network looked, and is NaN elsewhere', () => {
    const out = spread(map(1, 1, [3]), { height: 1, width: 6 }, { top: 0, left: 2, height: 1, width: 3 });
    expect([...out.values]).toEqual([Number.NaN, Number.NaN, 3, 3, 3, Number.NaN]);
  });

  it('a region beyond the picture is cut', () => {
    const out = spread(map(1, 2, [0, 1]), { height: 1, width: 2 }, { top: -1, left: -1, height: 3, width: 4 });
    expect([...out.values]).toEqual([0.25, 0.75]);
  });
});

describe('normalised', () => {
  it('takes the least to 0 and the largest to 1', () => {
    expect([...normalised(map(1, 3, [-2, 0, 2])).values]).toEqual([0, 0.5, 1]);
    expect([...normalised(map(1, 3, [-2, 1, 2]), { fromZero: true }).values]).toEqual([0, 0.5, 1]);
  });

  it('leaves NaN, and makes what is all the same 0', () => {
    expect([...normalised(map(1, 3, [Number.NaN, 1, 3])).values]).toEqual([Number.NaN, 0, 1]);
    expect([...normalised(map(1, 2, [5, 5])).values]).toEqual([0, 0]);
  });
});

describe('viridis', () => {
  // matplotlib.colormaps['viridis']([0, 128, 255], bytes=True)
  it('has matplotlib’s colours', () => {
    const colours = viridis();
    expect(colours.length).toBe(768);
    expect([...colours.subarray(0, 3)]).toEqual([68, 1, 84]);
    expect([...colours.subarray(128 * 3, 129 * 3)]).toEqual([33, 145, 140]);
    expect([...colours.subarray(765)]).toEqual([253, 231, 37]);
  });

  it('rises in lightness', () => {
    const colours = viridis();
    const luma = Array.from({ length: 256 }, (_, i) => {
      const [r = 0, g = 0, b = 0] = colours.subarray(i * 3);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect(luma.every((value, i) => i < 8 || value > luma[i - 8]!)).toBe(true);
  });
});

describe('overlay', () => {
  const picture = { height: 1, width: 2, data: Uint8Array.of(100, 100, 100, 200, 200, 200) };

  it('blends, and dims what was not seen', () => {
    const { data } = overlay(picture, map(1, 2, [1, Number.NaN]), viridis(), 0.5);
    expect([...data]).toEqual([177, 166, 69, 70, 70, 70]);
    expect(overlay(picture, map(1, 2, [0, 1]), viridis(), 0).data).toEqual(picture.data);
  });

  it('refuses another size and another opacity', () => {
    expect(() => overlay(picture, map(1, 1, [0]), viridis())).toThrow(/does not cover a picture/);
    expect(() => overlay(picture, map(1, 2, [0, 0]), viridis(), 2)).toThrow(/from 0 to 1, got 2/);
  });

  it('colours and greys', () => {
    expect([...coloured(map(1, 2, [0, Number.NaN]), viridis()).data]).toEqual([68, 1, 84, 0, 0, 0]);
    expect([...grey(map(1, 3, [0, 0.5, 7])).data]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255]);
  });
});

describe('feature maps', () => {
  const features = float32Tensor([1, 1, 2, 3], Float32Array.of(1, 0, 5, 3, 0, 9));

  it('are the channels, each normalised', () => {
    const maps = featureMaps(features);
    expect(maps.map(({ channel, mean }) => [channel, mean])).toEqual([
      [0, 2],
      [1, 0],
      [2, 7],
    ]);
    expect(maps.map((each) => [...each.map.values])).toEqual([
      [0, 1],
      [0, 0],
      [0, 1],
    ]);
    expect([...meanActivation(features).values]).toEqual([2, 4]);
  });

  it('the strongest first where there are too many', () => {
    expect(featureMaps(features, { most: 2 }).map(({ channel }) => channel)).toEqual([2, 0]);
    expect(() => featureMaps(float32Tensor([3], new Float32Array(3)))).toThrow(/\[height, width, channels\]/);
  });
});

describe('filters', () => {
  it('of a first layer are coloured, zero grey, in the order of the input', () => {
    const kernel = float32Tensor([1, 1, 3, 2], Float32Array.of(1, 0, 0, 2, -1, -1));
    expect(colourFilters(kernel).map(({ data }) => [...data])).toEqual([
      [255, 128, 0],
      [128, 255, 64],
    ]);
    expect([...colourFilters(kernel, 'bgr')[0]!.data]).toEqual([0, 128, 255]);
    expect(() => colourFilters(float32Tensor([1, 1, 4, 1], new Float32Array(4)))).toThrow(/three channels/);
  });

  it('of others are a grey picture for each pair of channels', () => {
    const kernel = float32Tensor([3, 3, 4, 5], noise(180, 1));
    const slices = filterSlices(kernel, { outputs: 2, inputs: 3 });
    expect(slices.map(({ output, input }) => [output, input])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    const most = Math.max(...Array.from({ length: 36 }, (_, i) => Math.abs(kernel.data[i * 5 + 1]!)));
    const { output, input, map: slice } = slices[5]!;
    slice.values.forEach((value, place) => {
      expect(value).toBeCloseTo(0.5 + kernel.data[(place * 4 + input) * 5 + output]! / most / 2, 6);
    });
  });
});
