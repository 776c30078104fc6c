import { decode, type Image } from '@convzoo/preprocessing';
import { Recent } from './recent.js';

/** A picture as it goes between threads: the file, of which only a reference is copied. */
export interface PictureRef {
  /** One for each picture of this visit, so that none is decoded twice. */
  readonly id: string;
  readonly blob: Blob;
}

/** A picture on the page, of at most this many pixels: as RGB 120 MB. */
const MAX_PIXELS = 40_000_000;

export interface DecodedPicture {
  readonly image: Image;
  /** How long decoding took, where it had to be done. */
  readonly milliseconds: number;
}

/** Decoded pictures, the last few. The decoders are those of Node, so that pixels are the same. */
export class Pictures {
  readonly #images = new Recent<Promise<DecodedPicture>>(4);

  /** @throws ImageError */
  decode({ id, blob }: PictureRef): Promise<DecodedPicture> {
    const there = this.#images.get(id);
    if (there !== undefined) return there;
    const decoding = decodeBlob(blob);
    this.#images.set(id, decoding);
    decoding.catch(() => this.#images.delete(id));
    return decoding;
  }
}

async function decodeBlob(blob: Blob): Promise<DecodedPicture> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const start = performance.now();
  const image = await decode(bytes, { maxPixels: MAX_PIXELS });
  return { image, milliseconds: performance.now() - start };
}
