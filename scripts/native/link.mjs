/** Puts the cached parts where the installed package looks for them. */
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cachedAddon, TENSORFLOW_DIR } from './cache.mjs';
import { say } from './say.mjs';

/**
 * `deps` becomes a link to the cache (the library is 600 MB); the addon, 100 kB, is copied, because the loader finds
 * the library relative to the addon's real path.
 * @param {import('./tfjs-node.mjs').TfjsNode} tfjs
 */
export function linkAddon(tfjs) {
  say(`linking TensorFlow into ${relative(process.cwd(), tfjs.folder) || '.'}`);
  const deps = join(tfjs.folder, 'deps');
  const depsHalf = `${deps}.${process.pid}.tmp`;
  symlinkSync(relative(tfjs.folder, TENSORFLOW_DIR), depsHalf);
  rmSync(deps, { recursive: true, force: true });
  renameSync(depsHalf, deps);
  mkdirSync(dirname(tfjs.addon), { recursive: true });
  const addonHalf = `${tfjs.addon}.${process.pid}.tmp`;
  copyFileSync(cachedAddon(tfjs), addonHalf);
  renameSync(addonHalf, tfjs.addon);
}
