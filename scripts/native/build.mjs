#!/usr/bin/env node

/**
 * Makes `@tensorflow/tfjs-node` work on this machine: `node scripts/native/build.mjs` (docs/native.md).
 *
 * Exit codes: 0 the addon loads and computes, 1 it does not (with one line that says what to do), 2 wrong usage.
 */

import { existsSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cachedAddon, hasTensorflow, TENSORFLOW_DIR, WHEEL } from './cache.mjs';
import { compileAddon } from './compile.mjs';
import { linkAddon } from './link.mjs';
import { loads } from './load.mjs';
import { tryOfficial } from './official.mjs';
import { NativeBuildError, say } from './say.mjs';
import { findTfjsNode } from './tfjs-node.mjs';
import { checkTools } from './tools.mjs';
import { fetchTensorflow } from './wheel.mjs';

const USAGE = `node scripts/native/build.mjs [--check] [--wheel] [--force]
  --check  only say whether the addon loads: exit code 0 or 1
  --wheel  do not try the package's own install script first
  --force  build again, even if the addon loads or the parts are cached`;

/**
 * @param {import('./tfjs-node.mjs').TfjsNode} tfjs
 * @param {{ wheel: boolean, force: boolean }} options
 */
async function make(tfjs, { wheel, force }) {
  const now = await loads(tfjs);
  if (now.ok && !force) return report(tfjs, now.tensorflow, 'already loads');
  say(now.ok ? 'building again, as asked' : `@tensorflow/tfjs-node ${tfjs.version} does not load: ${now.reason}`);
  if (force) rmSync(TENSORFLOW_DIR, { recursive: true, force: true });

  if (!hasTensorflow() && !wheel && (await tryOfficial(tfjs))) {
    const official = await loads(tfjs);
    if (official.ok) return report(tfjs, official.tensorflow, "loads, by the package's own install script");
    say(`what the package's own install script made does not load: ${official.reason}`);
  }

  await checkTools({ download: !hasTensorflow() });
  if (hasTensorflow()) say(`${WHEEL.name} ${WHEEL.version} is in the cache`);
  else await fetchTensorflow();

  const fresh = !existsSync(cachedAddon(tfjs));
  if (fresh) await compileAddon(tfjs);
  linkAddon(tfjs);
  let built = await loads(tfjs);
  if (!built.ok && !fresh) {
    say(`the cached addon does not load: ${built.reason}`);
    await compileAddon(tfjs);
    linkAddon(tfjs);
    built = await loads(tfjs);
  }
  if (built.ok) return report(tfjs, built.tensorflow, 'loads');
  throw new NativeBuildError(
    `the addon was built but does not load: ${built.reason}`,
    'run the command again with --force; if it stays so, report the line above (glibc 2.17 or newer is needed)',
  );
}

/**
 * @param {import('./tfjs-node.mjs').TfjsNode} tfjs
 * @param {string} tensorflow
 * @param {string} how
 */
function report(tfjs, tensorflow, how) {
  say(`@tensorflow/tfjs-node ${tfjs.version} ${how} (TensorFlow ${tensorflow}, Node ${process.versions.node})`);
}

/** @param {import('./tfjs-node.mjs').TfjsNode} tfjs */
async function check(tfjs) {
  const now = await loads(tfjs);
  if (now.ok) return report(tfjs, now.tensorflow, 'loads');
  throw new NativeBuildError(
    `@tensorflow/tfjs-node ${tfjs.version} does not load: ${now.reason}`,
    'run node scripts/native/build.mjs',
  );
}

/** @returns {{ check: boolean, wheel: boolean, force: boolean, help: boolean }} */
function readArgs() {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  try {
    const { values } = parseArgs({ options: { check: flag, wheel: flag, force: flag, help: flag } });
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(2);
  }
}

const args = readArgs();
if (args.help) {
  console.log(USAGE);
} else {
  try {
    for (const tfjs of findTfjsNode()) await (args.check ? check(tfjs) : make(tfjs, args));
  } catch (error) {
    if (!(error instanceof NativeBuildError)) throw error;
    say(error.message);
    say(`what to do: ${error.advice}`);
    process.exitCode = 1;
  }
}
