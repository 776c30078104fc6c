import type { PretrainedWeights } from '@convzoo/zoo/pretrained';
import { UsageError } from '../errors.js';
import { embedded } from '../network/embedded.js';

/** The file of an entry that comes with the app; undefined for one to be downloaded. */
export function embeddedPath({ location }: PretrainedWeights): string | undefined {
  if (!location.startsWith('npm:')) return undefined;
  if (location.startsWith(`npm:${embedded.package}/`)) return embedded.weightsPath;
  throw new UsageError('no-weights', `${location} is not in this installation.`);
}
