import { describe, expect, it } from 'vitest';
import { greyOf, presets, viewOf } from '../src/index.js';

describe('what the network sees of a picture', () => {
  it('is the centre that resize and crop leave', () => {
    // 512x256 is the resized size; its middle 224.
    expect(viewOf(presets['imagenet-torch'], { height: 512, width: 1024 })).toEqual({
      top: 32,
      left: 288,
      height: 448,
      width: 448,
    });
    expect(viewOf(presets.cifar10, { height: 40, width: 60 })).toEqual({ top: 0, left: 10, height: 40, width: 40 });
    // A digit of 28 in a frame of 32: the frame lies outside.
    expect(viewOf(presets.mnist, { height: 56, width: 28 })).toEqual({ top: -4, left: -2, height: 64, width: 32 });
  });

  it('and grey is middle grey in its unit', () => {
    expect(greyOf(presets['imagenet-tf-inception'])).toEqual([
      expect.closeTo(0.0039, 3),
      expect.anything(),
      expect.anything(),
    ]);
    expect(greyOf(presets.mnist)).toEqual([expect.closeTo(128 * (1.275 / 255) - 0.1, 5)]);
  });
});
