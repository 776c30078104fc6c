import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * The cache folder: CONVZOO_CACHE, or `convzoo` in XDG_CACHE_HOME, or `~/.cache/convzoo`. A relative XDG_CACHE_HOME counts
 * as unset, as the XDG base directory specification wants it.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['CONVZOO_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = environment['XDG_CACHE_HOME'];
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
  return join(base, 'convzoo');
}
