import { centerCropRectangle, keepAspectBox, shorterSideSize } from './geometry.js';
import { createImage, type Size } from './image.js';
import { preprocess } from './pipeline.js';
import type { Preset } from './preset.js';

/** A part of a picture, in its pixels; it may reach beyond the picture's edges, and begin within a pixel. */
export interface View extends Size {
  readonly top: number;
  readonly left: number;
}

/**
 * The part of a picture of that size that a network sees after `preset`, in the picture's pixels: for drawing on the picture
 * what lies on the network's input.
 */
export function viewOf(preset: Preset, picture: Size): View {
  const { part, resized } = resizedPart(preset, picture);
  const { crop } = preset;
  if (crop === null) return part;
  // Where the crop is larger, the picture is padded around: the region then reaches beyond its edges.
  const { top, left } = centerCropRectangle(resized, crop) ?? {
    top: Math.ceil((resized.height - crop.height) / 2),
    left: Math.ceil((resized.width - crop.width) / 2),
  };
  const [down, across] = [part.height / resized.height, part.width / resized.width];
  return {
    top: part.top + top * down,
    left: part.left + left * across,
    height: crop.height * down,
    width: crop.width * across,
  };
}

/** What the resize reads, and what it makes of it. */
function resizedPart(
  { resize: rule }: Preset,
  { height, width }: Size,
): { readonly part: View; readonly resized: Size } {
  const whole = { top: 0, left: 0, height, width };
  switch (rule.mode) {
    case 'shorter-side':
      return { part: whole, resized: shorterSideSize({ height, width }, rule.size) };
    case 'center-square': {
      const side = Math.min(height, width);
      const square = centerCropRectangle({ height, width }, { height: side, width: side }) ?? whole;
      return { part: square, resized: { height: rule.size, width: rule.size } };
    }
    case 'keep-aspect': {
      const { top, left, right, bottom } = keepAspectBox({ height, width }, rule);
      return { part: { top, left, height: bottom - top, width: right - left }, resized: rule };
    }
    case 'exact':
      return { part: whole, resized: rule };
    case 'none':
      return { part: whole, resized: whole };
  }
}

/** Middle grey. */
const GREY = 128;

/** What middle grey is in a network's input after `preset`, one value a channel: the paint of occlusion. */
export function greyOf(preset: Preset): readonly number[] {
  const square = createImage(32, 32);
  square.data.fill(GREY);
  const { data, shape } = preprocess(square, preset);
  const [height = 1, width = 1, channels = 1] = shape;
  // The middle: a crop larger than the picture pads the edges with black.
  const middle = (Math.floor(height / 2) * width + Math.floor(width / 2)) * channels;
  return [...data.subarray(middle, middle + channels)];
}
