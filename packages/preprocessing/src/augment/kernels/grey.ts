import { createImage, type Image } from '../../image.js';

/** Pillow's `convert('L')`: ITU-R 601 luma in 16-bit fixed point. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** Three equal channels of luma: torchvision's `Grayscale(num_output_channels=3)`. */
export function toGrey(image: Image): Image {
  const out = createImage(image.height, image.width);
  const { data: from } = image;
  const { data: to } = out;
  for (let i = 0; i < from.length; i += 3) {
    const grey = luma(from[i] as number, from[i + 1] as number, from[i + 2] as number);
    to[i] = grey;
    to[i + 1] = grey;
    to[i + 2] = grey;
  }
  return out;
}
