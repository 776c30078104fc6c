import airplane from './samples/airplane-from-above.jpg';
import cat from './samples/locomotion-house-cat.jpg';
import boats from './samples/nagasaki-boats.jpg';

export type SampleId = 'boats' | 'cat' | 'airplane';

/** Photographs that come with the page (Apache-2.0, from @stdlib). */
export const samples: readonly { readonly id: SampleId; readonly url: string }[] = [
  { id: 'boats', url: boats },
  { id: 'cat', url: cat },
  { id: 'airplane', url: airplane },
];
