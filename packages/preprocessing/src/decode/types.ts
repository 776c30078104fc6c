import type { Image } from '../image.js';
import type { Orientation } from './exif.js';

/** What a format's decoder gives: the picture as stored, and how it is to be turned. */
export interface Decoded {
  readonly image: Image;
  readonly orientation: Orientation;
}
