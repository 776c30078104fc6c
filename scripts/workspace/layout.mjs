import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the whole workspace. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where these scripts keep stamps, logs and packed tarballs; it goes away with node_modules. */
export const stateFolder = join(root, 'node_modules/.convzoo');

/**
 * @typedef {object} Manifest the fields of a package.json that these scripts read
 * @property {string} name
 * @property {string} [version]
 * @property {boolean} [private]
 * @property {string} [packageManager]
 * @property {string} [description]
 * @property {string} [license]
 * @property {string} [type]
 * @property {unknown} [sideEffects]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, unknown>} [imports]
 * @property {Record<string, string>} [bin]
 * @property {string[]} [files]
 * @property {Record<string, string>} [engines]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, { optional?: boolean }>} [peerDependenciesMeta]
 * @property {Record<string, string>} [devDependencies]
 */

/**
 * @typedef {object} WorkspacePackage
 * @property {string} folder relative to the root, with forward slashes: 'packages/zoo'
 * @property {Manifest} manifest
 */

/**
 * @param {string} folder relative to the root
 * @returns {Manifest}
 */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

/** The version of pnpm that this workspace is pinned to, from `packageManager` in package.json. */
export function pnpmVersion() {
  const pin = /^pnpm@(\d+\.\d+\.\d+)/.exec(readManifest('.').packageManager ?? '');
  if (!pin?.[1]) throw new Error('package.json: "packageManager" should be pnpm@MAJOR.MINOR.PATCH');
  return pin[1];
}

/**
 * The packages of the workspace, root left out. Reads the `packages:` list of pnpm-workspace.yaml, which may hold plain
 * folders and `folder/*`: all that this workspace uses, so that no YAML parser is needed before the install.
 *
 * @returns {WorkspacePackage[]}
 */
export function workspacePackages() {
  const yaml = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const list = /^packages:\n((?:[ \t]+-[^\n]*\n|[ \t]*#[^\n]*\n|\n)+)/m.exec(yaml)?.[1] ?? '';
  const patterns = [...list.matchAll(/^[ \t]+-[ \t]*['"]?([^'"#\s]+)/gm)].map((match) => match[1] ?? '');
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    if (!existsSync(join(root, parent))) return [];
    return readdirSync(join(root, parent))
      .sort()
      .map((name) => `${parent}/${name}`);
  });
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(folder) }));
}

/**
 * A package and every workspace package that it needs at run time.
 *
 * @param {string} name
 * @param {WorkspacePackage[]} [packages]
 * @returns {WorkspacePackage[]}
 */
export function withDependencies(name, packages = workspacePackages()) {
  const byName = new Map(packages.map((entry) => [entry.manifest.name, entry]));
  /** @type {Map<string, WorkspacePackage>} */
  const found = new Map();
  const queue = [name];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const entry = byName.get(next);
    if (entry === undefined || found.has(next)) continue;
    found.set(next, entry);
    const { dependencies, optionalDependencies, peerDependencies } = entry.manifest;
    queue.push(...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }));
  }
  return [...found.values()];
}
