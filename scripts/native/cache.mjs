/** Where the parts that outlive node_modules are kept. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nativeDir } from './settings.mjs';
import { ROOT } from './tfjs-node.mjs';

/**
 * The wheel of TensorFlow that carries the C library and its headers. 2.15.1 is the last that keeps them in the
 * layout used here; the CPython version does not matter, its files are not used.
 */
export const WHEEL = {
  name: 'tensorflow-cpu',
  version: '2.15.1',
  python: '3.11',
  platform: 'manylinux_2_17_x86_64',
  megabytes: 207,
  /** of the file that PyPI serves for the above */
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
};

/** `.native/` in the repository, or what CONVZOO_NATIVE_DIR names (to share it between checkouts). */
export const NATIVE_DIR = resolve(ROOT, nativeDir ?? '.native');

/** Holds `include/`, `lib/` (what the package calls its `deps`) and `addon/`. */
export const TENSORFLOW_DIR = join(NATIVE_DIR, `${WHEEL.name}-${WHEEL.version}`);

/** The folder appears by one rename, complete. */
export const hasTensorflow = () => existsSync(join(TENSORFLOW_DIR, 'lib/libtensorflow.so'));

/**
 * The compiled addon: one for each version of the package and of the Node-API.
 * @param {import('./tfjs-node.mjs').TfjsNode} tfjs
 */
export const cachedAddon = (tfjs) => join(TENSORFLOW_DIR, 'addon', `tfjs-node-${tfjs.version}-napi-v${tfjs.napi}.node`);
