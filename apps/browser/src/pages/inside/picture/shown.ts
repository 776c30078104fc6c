import type { BackendWish } from '../../../compute/backends/types.js';
import type { NetworkSource } from '../../../compute/networks/source.js';
import type { PictureRef } from '../../../compute/pictures.js';

/** What can be drawn on the picture, in the order of the choice. */
export const shows = ['cam', 'occlusion', 'map', 'field', 'none'] as const;
export type Show = (typeof shows)[number];

export const isShow = (text: string): text is Show => shows.some((show) => show === text);

/** A network with its weights, a picture, and who computes. */
export interface Given {
  readonly network: NetworkSource;
  readonly picture: PictureRef;
  readonly backend: BackendWish;
}
