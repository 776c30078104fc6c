/** Where `@tensorflow/tfjs-node` is installed, and where it looks for its addon. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NativeBuildError } from './say.mjs';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Workspace packages that may depend on tfjs-node; pnpm can give each a copy of its own when peers differ. */
const DEPENDENTS = ['.', 'packages/backend-tfjs', 'packages/training', 'apps/node', 'bench'];

/**
 * @typedef {object} TfjsNode
 * @property {string} folder real path of the installed package
 * @property {string} version
 * @property {number} napi the Node-API version the addon is built for
 * @property {string} addon where the package expects `tfjs_binding.node`
 */

/**
 * Every installed copy, each once.
 * @returns {TfjsNode[]}
 */
export function findTfjsNode() {
  const folders = new Set();
  for (const dependent of DEPENDENTS) {
    const manifest = join(ROOT, dependent, 'package.json');
    if (!existsSync(manifest)) continue;
    try {
      folders.add(realpathSync(dirname(createRequire(manifest).resolve('@tensorflow/tfjs-node/package.json'))));
    } catch {
      // Not a dependency of that one.
    }
  }
  if (folders.size === 0) {
    throw new NativeBuildError(
      '@tensorflow/tfjs-node is not installed in this workspace',
      'run the workspace install first (npm start, or npx -y pnpm@10.34.8 install); it is an optional dependency',
    );
  }
  return [...folders].map(describe);
}

/**
 * @param {string} folder
 * @returns {TfjsNode}
 */
function describe(folder) {
  const { version, binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const napi = napiVersion(binary.napi_versions, Number(process.versions['napi']));
  const modulePath = binary.module_path.replace('{napi_build_version}', String(napi));
  return { folder, version, napi, addon: join(folder, modulePath, `${binary.module_name}.node`) };
}

/**
 * The highest Node-API version that both sides know: the rule of @mapbox/node-pre-gyp, which finds the addon.
 * @param {readonly number[]} known what the package was written for
 * @param {number} offered what this Node has
 */
export function napiVersion(known, offered) {
  return Math.max(...known.filter((version) => version <= offered));
}
