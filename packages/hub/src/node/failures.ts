import { HubError, messageOf, systemCode } from '../errors.js';

const READ_ONLY: readonly string[] = ['EROFS', 'EACCES', 'EPERM'];
const FULL: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** The typed error for what the file system said of the cache; errors of ours as they are. */
export function cacheFailure(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (error instanceof HubError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const cause = { cause: error };
  if (FULL.includes(code)) {
    return new HubError(
      'disk-full',
      `No room to write ${path} (${code}). Free some, e.g. by "convzoo weights cache --prune", or set CONVZOO_CACHE to another disk.`,
      cause,
    );
  }
  const why = READ_ONLY.includes(code) ? `cannot be written (${code})` : `cannot be used: ${messageOf(error)}`;
  return new HubError(
    'cache-unusable',
    `The cache at ${path} ${why}. Set CONVZOO_CACHE to a folder that can be written.`,
    cause,
  );
}
