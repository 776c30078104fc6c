import { type Catalogue, type CatalogueItem, locate } from '@convzoo/hub';
import { findPretrained, nearestPretrained, type PretrainedWeights, pretrainedWeights } from '@convzoo/zoo/pretrained';

/** The zoo's published weights, for the resolver. */
export const catalogue: Catalogue = {
  find(name) {
    const entry = findPretrained(name);
    return entry === undefined ? undefined : itemOf(entry);
  },
  nearest: nearestPretrained,
};

function itemOf({ location, checksum, bytes }: PretrainedWeights): CatalogueItem {
  return { location, ...(checksum !== undefined && { checksum }), ...(bytes !== undefined && { size: bytes }) };
}

let names: ReadonlyMap<string, PretrainedWeights> | undefined;

/** The entry whose file has that URL: the cache knows URLs only. */
function entryOfUrl(url: string): PretrainedWeights | undefined {
  names ??= new Map(
    pretrainedWeights()
      .filter((entry) => !entry.location.startsWith('npm:'))
      .map((entry) => [locate(entry.location).url, entry]),
  );
  return names.get(url);
}

/** What to call a file of that URL: the catalogue's name, or the URL. */
export const nameOfUrl = (url: string): string => entryOfUrl(url)?.name ?? url;
