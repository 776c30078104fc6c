import type { Graph } from '@convzoo/layers';
import type { ResolvedModel } from '@convzoo/zoo';

/**
 * The network built with its auxiliary classifiers, where it has any: torchvision's published files of GoogLeNet and
 * Inception v3 hold them, and nobody needs them to classify. Keras's Inception v3 has none.
 */
export function withAuxiliary({ entry, dialect, options }: ResolvedModel): Graph | undefined {
  if (entry.auxiliary !== true || dialect === 'keras' || options.aux === true) return undefined;
  return entry.build({ ...options, aux: true });
}
