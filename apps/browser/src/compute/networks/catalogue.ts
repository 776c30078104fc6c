import type { Catalogue, CatalogueItem } from '@convzoo/hub';
import { findPretrained, nearestPretrained, type PretrainedWeights } from '@convzoo/zoo/pretrained';

/** The zoo's published weights, for the hub. */
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
