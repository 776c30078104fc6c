import type { Image } from '../../image.js';
import { keepComponents } from './components.js';
import type { JpegHeader } from './header.js';

/** Adobe's transform code of a JPEG with four components: the first three are YCbCr, so the file is YCCK. */
const RGB_TRANSFORM = 0;
const YCC_TRANSFORM = 1;

/**
 * Decodes a JPEG of four components to the RGB of Pillow's `convert("RGB")`.
 *
 * The decoder has no answer with four channels, but one component can be taken out of a JPEG without decoding it. So the
 * file is split into two of three components that share the first two, and each is decoded as it is: components 1, 2, 3
 * (from YCbCr to RGB where the file is YCCK), and components 1, 2, 4, of which only the last is looked at. Every
 * inverse transform and upsampling is libjpeg's own, and the bytes are those of libjpeg's CMYK.
 */
export async function decodeCmyk(
  bytes: Uint8Array,
  header: JpegHeader,
  decodeRgb: (file: Uint8Array) => Promise<Image>,
): Promise<Image> {
  const ycck = isYcck(header);
  const colours = await decodeRgb(keepComponents(bytes, [0, 1, 2], ycck ? YCC_TRANSFORM : RGB_TRANSFORM));
  const black = await decodeRgb(keepComponents(bytes, [0, 1, 3], RGB_TRANSFORM));
  return { ...colours, data: cmykToRgb(colours.data, black.data, ycck) };
}

/** As libjpeg guesses: CMYK without Adobe's marker or with its transform 0, else YCCK. */
function isYcck({ adobeTransform }: JpegHeader): boolean {
  return adobeTransform !== undefined && adobeTransform !== RGB_TRANSFORM;
}

/**
 * Pillow takes the samples of every such JPEG for inverted, as Adobe writes them (`CMYK;I`), then `cmyk2rgb` of its
 * Convert.c. In YCCK, libjpeg makes the ink 255 - R, and Pillow's inversion turns it into R again.
 */
function cmykToRgb(colours: Uint8Array, black: Uint8Array, ycck: boolean): Uint8Array {
  const out = new Uint8Array(colours.length);
  const invert = ycck ? 0 : 255;
  for (let i = 0; i < out.length; i += 3) {
    const light = black[i + 2] as number;
    for (let channel = i; channel < i + 3; channel++) {
      const ink = (colours[channel] as number) ^ invert;
      const product = ink * light + 128;
      out[channel] = light - ((product + (product >> 8)) >> 8);
    }
  }
  return out;
}
