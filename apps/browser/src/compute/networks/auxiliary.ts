import type { Graph } from '@convzoo/layers';
import type { ResolvedModel } from '@convzoo/zoo';

/** The network with its auxiliary classifiers, which published files of GoogLeNet and Inception v3 hold. */
export function withAuxiliary({ entry, dialect, options }: ResolvedModel): Graph | undefined {
  if (entry.auxiliary !== true || dialect === 'keras' || options.aux === true) return undefined;
  return entry.build({ ...options, aux: true });
}
