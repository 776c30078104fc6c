import { SvelteMap } from 'svelte/reactivity';
import { type NetworkSource, parseSource, sourceText } from '../../compute/networks/source.js';
import type { PictureRef } from '../../compute/pictures.js';

/** A picture with the address under which the page can show it. */
export interface GivenPicture extends PictureRef {
  readonly name: string;
  readonly url: string;
}

let pictures = 0;

// What the user has given stays while the page is open, whichever page is shown; no address holds it.
let own: GivenPicture | undefined = $state.raw();
const files = new SvelteMap<string, NetworkSource>();

export const given = {
  /** The last picture of the user's. */
  get picture(): GivenPicture | undefined {
    return own;
  },

  setPicture(blob: Blob, name: string): void {
    if (own !== undefined) URL.revokeObjectURL(own.url);
    own = { id: `own ${pictures++}`, blob, name, url: URL.createObjectURL(blob) };
  },

  /** Keeps weight files, and gives the text that stands for them in the address. */
  addFiles(list: readonly File[]): string {
    const source: NetworkSource = { kind: 'files', files: list };
    const text = sourceText(source);
    files.set(text, source);
    return text;
  },

  /** What a text of the address means; undefined for files that were given in another visit. */
  source: (text: string): NetworkSource | undefined => files.get(text) ?? parseSource(text),

  fileTexts: (): readonly string[] => [...files.keys()],
};
