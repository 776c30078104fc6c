import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contentFingerprint, filesUnder, statFingerprint } from './fingerprint.mjs';
import { root, withDependencies } from './layout.mjs';
import { withLock } from './lock.mjs';
import { lastLines, pnpm } from './run.mjs';
import { duration, Failure, say } from './say.mjs';
import { clearStamp, readStamp, writeStamp } from './stamp.mjs';

/**
 * Fingerprints of what a build reads and of what it wrote. The second is there so that a deleted, cut or half-written
 * `dist` is built again.
 *
 * @param {import('./layout.mjs').WorkspacePackage[]} packages
 */
function state(packages) {
  const sources = packages.flatMap(({ folder }) => [
    `${folder}/package.json`,
    `${folder}/tsconfig.json`,
    `${folder}/tsconfig.build.json`,
    `${folder}/vite.config.ts`,
    ...filesUnder(`${folder}/build`),
    ...filesUnder(`${folder}/src`),
  ]);
  return {
    sources: contentFingerprint(['tsconfig.base.json', 'pnpm-lock.yaml', ...sources]),
    outputs: statFingerprint(packages.flatMap(({ folder }) => filesUnder(`${folder}/dist`))),
  };
}

/**
 * Builds a package and those it needs, unless nothing changed since that was done.
 *
 * @param {string} name of the package
 * @param {string} entry a file of the build, relative to the root
 * @returns {Promise<boolean>} whether anything had to be done
 */
export async function ensureBuilt(name, entry) {
  const packages = withDependencies(name);
  if (packages.length === 0) {
    throw new Failure(`there is no package called ${name} in this workspace`, 'Is this a whole clone?');
  }
  // A stamp for each app: they need different packages.
  const stampName = `build-${name}`;
  const isBuilt = () => {
    const stamp = readStamp(stampName);
    const now = state(packages);
    return stamp['sources'] === now.sources && stamp['outputs'] === now.outputs && existsSync(join(root, entry));
  };
  if (isBuilt()) return false;
  return withLock('build', async () => {
    if (isBuilt()) return false;
    const started = Date.now();
    say(`building ${name} and the ${packages.length - 1} packages it needs`);
    clearStamp(stampName);
    const { sources } = state(packages);
    const args = ['exec', 'turbo', 'run', 'build', `--filter=${name}...`, '--output-logs=errors-only'];
    const result = await pnpm(args, { log: 'build' });
    if (result.code !== 0) {
      throw new Failure(
        `the build failed:\n${lastLines(result.output, 30)}`,
        `The whole output is in ${result.logFile}`,
      );
    }
    writeStamp(stampName, { sources, outputs: state(packages).outputs });
    say(`built in ${duration(Date.now() - started)}`);
    return true;
  });
}
