import type { PictureRef } from '../../compute/pictures.js';

const fetched = new Map<string, Promise<PictureRef>>();

/** A sample as the worker takes it; fetched once. */
export function samplePicture({ id, url }: { readonly id: string; readonly url: string }): Promise<PictureRef> {
  const there = fetched.get(id);
  if (there !== undefined) return there;
  const picture = fetch(url)
    .then((response) => response.blob())
    .then((blob) => ({ id: `sample ${id}`, blob }));
  fetched.set(id, picture);
  picture.catch(() => fetched.delete(id));
  return picture;
}
