import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contentFingerprint } from './fingerprint.mjs';
import { pnpmVersion, root, workspacePackages } from './layout.mjs';
import { withLock } from './lock.mjs';
import { lastLines, networkFailure, pnpm } from './run.mjs';
import { duration, Failure, say } from './say.mjs';
import { clearStamp, readStamp, writeStamp } from './stamp.mjs';

const oldestNode = [20, 19];

/** What the content of node_modules depends on. */
function wanted() {
  const manifests = workspacePackages().map(({ folder }) => `${folder}/package.json`);
  return contentFingerprint(
    ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests],
    [process.platform, process.arch, pnpmVersion()],
  );
}

function isInstalled() {
  return existsSync(join(root, 'node_modules/.modules.yaml')) && readStamp('install')['for'] === wanted();
}

/** @throws {Failure} if this Node is older than the packages allow */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = oldestNode;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new Failure(`Node ${version} is too old`, `convzoo needs Node ${oldestNode.join('.')} or newer.`);
}

/**
 * Installs the workspace with the pinned pnpm unless that was done for exactly this lockfile and these manifests.
 *
 * @returns {Promise<boolean>} whether anything had to be done
 */
export async function ensureInstalled() {
  checkNode();
  if (isInstalled()) return false;
  return withLock('install', async () => {
    if (isInstalled()) return false; // Whoever held the lock did it.
    const started = Date.now();
    const fresh = !existsSync(join(root, 'node_modules/.modules.yaml'));
    say(
      fresh
        ? `installing the dependencies with pnpm ${pnpmVersion()} (once, a minute or two)`
        : `dependencies changed: installing them with pnpm ${pnpmVersion()}`,
    );
    clearStamp('install');
    const args = ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'];
    const result = await pnpm([...args, '--config.confirm-modules-purge=false'], { log: 'install' });
    if (result.code !== 0) throw installFailure(result);
    writeStamp('install', { for: wanted() });
    say(`installed in ${duration(Date.now() - started)}`);
    return true;
  });
}

/**
 * The usual causes, each with what a user can do; the tool's own words are shown only where no cause is known.
 *
 * @param {import('./run.mjs').RunResult} result
 */
function installFailure({ code, output, logFile }) {
  const log = `What npm and pnpm wrote: ${logFile}`;
  const network = networkFailure(output);
  if (network !== undefined) {
    return new Failure(
      `the npm registry cannot be reached, and an install needs it (${network})`,
      'Check the network (a proxy is set by `npm config set proxy URL`, another registry by ' +
        `\`npm config set registry URL\`), then run the same command again.\n${log}`,
    );
  }
  if (output.includes('ERR_PNPM_OUTDATED_LOCKFILE')) {
    const advice = `After a change of dependencies run \`npx -y pnpm@${pnpmVersion()} install\` and commit pnpm-lock.yaml.`;
    return new Failure('pnpm-lock.yaml does not fit the package.json files', `${advice}\n${log}`);
  }
  if (output.includes('ENOSPC')) {
    return new Failure('the disk is full', `Free about 2 GB, then run the same command again.\n${log}`);
  }
  const denied = /EACCES|EPERM|EROFS/.exec(output)?.[0];
  if (denied !== undefined) {
    return new Failure(`a file or folder cannot be written (${denied})`, `Make ${root} writable for you.\n${log}`);
  }
  return new Failure(`the install failed (exit code ${code}):\n${lastLines(output)}`, log);
}
