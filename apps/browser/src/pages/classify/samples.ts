import airplane from './samples/airplane-from-above.jpg';
import airplaneSmall from './samples/airplane-from-above-small.jpg';
import cat from './samples/locomotion-house-cat.jpg';
import catSmall from './samples/locomotion-house-cat-small.jpg';
import boats from './samples/nagasaki-boats.jpg';
import boatsSmall from './samples/nagasaki-boats-small.jpg';

export type SampleId = 'boats' | 'cat' | 'airplane';

export interface Sample {
  readonly id: SampleId;
  readonly url: string;
  /** A small one, to choose by. */
  readonly thumbnail: string;
}

/** Photographs that come with the page (Apache-2.0, from @stdlib). */
export const samples: readonly Sample[] = [
  { id: 'boats', url: boats, thumbnail: boatsSmall },
  { id: 'cat', url: cat, thumbnail: catSmall },
  { id: 'airplane', url: airplane, thumbnail: airplaneSmall },
];
