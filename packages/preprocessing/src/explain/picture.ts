import { createImage, type Image } from '../image.js';
import type { PixelTensor } from '../tensor.js';

/**
 * A stage's result to look at: a picture as it is, a tensor with its smallest value as black and its largest as white.
 * Channels keep their order, so a BGR tensor looks it.
 */
export function pictureOf(result: Image | PixelTensor): Image {
  return 'layout' in result ? stretch(result) : result;
}

function stretch({ data, shape, layout }: PixelTensor): Image {
  const [height, width, channels] = layout === 'NHWC' ? shape : ([shape[1], shape[2], shape[0]] as const);
  const [pixelStep, channelStep] = layout === 'NHWC' ? [channels, 1] : [1, height * width];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const image = createImage(height, width);
  for (let pixel = 0, to = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < 3; channel++, to++) {
      const from = pixel * pixelStep + Math.min(channel, channels - 1) * channelStep;
      image.data[to] = Math.round(((data[from] as number) - low) * scale);
    }
  }
  return image;
}
