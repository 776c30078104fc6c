import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder, workspacePackages } from '../workspace/layout.mjs';
import { lastLines, pnpm } from '../workspace/run.mjs';
import { Failure } from '../workspace/say.mjs';

/**
 * @typedef {object} PackedPackage
 * @property {string} name
 * @property {string} folder relative to the root
 * @property {string} tarball absolute path
 */

/** The packages that are published. */
export function publishedPackages() {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true);
}

/** @type {Promise<PackedPackage[]> | undefined} */
let packed;

/**
 * Packs every published package as `pnpm publish` would (`workspace:^` becomes a range, the licence is added), once in
 * the life of this process. The packages must have been built.
 */
export function packAll() {
  packed ??= pack();
  return packed;
}

/** @returns {Promise<PackedPackage[]>} */
async function pack() {
  const destination = join(stateFolder, 'packs');
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  const packages = publishedPackages();
  const filters = packages.map(({ manifest }) => `--filter=${manifest.name}`);
  const result = await pnpm([...filters, 'pack', '--pack-destination', destination], { log: 'pack' });
  if (result.code !== 0) throw new Failure(`pnpm pack failed:\n${lastLines(result.output)}`);
  return packages.map(({ folder, manifest }) => ({
    name: manifest.name,
    folder,
    tarball: join(destination, tarballName(manifest.name, manifest.version ?? '')),
  }));
}

/**
 * @param {string} name
 * @param {string} version
 */
function tarballName(name, version) {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}
