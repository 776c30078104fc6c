/** Where a network comes from, as it goes between threads. */
export type NetworkSource =
  /** The network that comes with the page. */
  | { readonly kind: 'embedded' }
  /** Published weights, by their name in the catalogue (`timm/resnet18.a1_in1k`): downloaded, checked and kept. */
  | { readonly kind: 'catalogue'; readonly name: string }
  /** Files of the user's: one of weights, or a model.json with its parts. */
  | { readonly kind: 'files'; readonly files: readonly File[] };

/** A source as the address of the page has it; files are only named there, they have to be given again. */
export function sourceText(source: NetworkSource): string {
  switch (source.kind) {
    case 'embedded':
      return 'embedded';
    case 'catalogue':
      return source.name;
    case 'files':
      return `file:${mainFile(source.files)?.name ?? ''}`;
  }
}

/** The source that such a text means; undefined for files, which no address can hold. */
export function parseSource(text: string): NetworkSource | undefined {
  if (text === 'embedded' || text === '') return { kind: 'embedded' };
  return text.startsWith('file:') ? undefined : { kind: 'catalogue', name: text };
}

/** One text for each network, so that none is loaded twice. */
export function sourceKey(source: NetworkSource): string {
  if (source.kind !== 'files') return sourceText(source);
  return `files ${source.files.map(({ name, size, lastModified }) => `${name} ${size} ${lastModified}`).join('|')}`;
}

/** The file that is opened; it names the others where there are several. */
export const mainFile = (files: readonly File[]): File | undefined =>
  files.find(({ name }) => /\.json$/i.test(name)) ?? files[0];
