/** What the wheel recipe needs from the machine, asked before anything is fetched. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './run.mjs';
import { NativeBuildError } from './say.mjs';
import { headersFolder, wheelFile } from './settings.mjs';

/**
 * Throws a {@link NativeBuildError} that names the first thing missing.
 * @param {{ download: boolean }} need whether the wheel must still be fetched and opened
 */
export async function checkTools({ download }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new NativeBuildError(
      `the wheel recipe is for linux x64, and this is ${process.platform} ${process.arch}`,
      "only the package's own install script can work here: let it reach https://storage.googleapis.com",
    );
  }
  if (download && !(await run('python3', ['--version'])).ok) {
    throw new NativeBuildError(
      'python3 was not found',
      'install it (Debian, Ubuntu: apt-get install python3 python3-pip)',
    );
  }
  if (download && wheelFile === undefined && !(await run('python3', ['-m', 'pip', '--version'])).ok) {
    throw new NativeBuildError(
      'python3 has no pip',
      'install it (Debian, Ubuntu: apt-get install python3-pip), or set CONVZOO_TENSORFLOW_WHEEL to a downloaded wheel',
    );
  }
  if (!(await run('g++', ['--version'])).ok) {
    throw new NativeBuildError('g++ was not found', 'install it (Debian, Ubuntu: apt-get install g++)');
  }
  nodeHeaders();
}

/**
 * The folder of node_api.h: beside the node binary, or where node-gyp has put it.
 * @returns {string}
 */
export function nodeHeaders() {
  const places = [
    headersFolder,
    join(dirname(dirname(process.execPath)), 'include/node'),
    join(homedir(), '.cache/node-gyp', process.versions.node, 'include/node'),
  ].filter((place) => place !== undefined);
  const found = places.find((place) => existsSync(join(place, 'node_api.h')));
  if (found !== undefined) return found;
  throw new NativeBuildError(
    `node_api.h was not found in ${places.join(' nor in ')}`,
    "install Node's headers (npx node-gyp install, or Debian: libnode-dev), or set CONVZOO_NODE_HEADERS to their folder",
  );
}
