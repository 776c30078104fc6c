import { join } from 'node:path';
import { readManifest, root } from '../workspace/layout.mjs';
import { lastLines, run } from '../workspace/run.mjs';
import { packAll } from './packed.mjs';

const cli = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');

/**
 * are-the-types-wrong over every tarball. Its profile `esm-only` leaves out what we do not promise: `require` and the
 * resolution of Node 10.
 *
 * @returns {Promise<string[]>} problems
 */
export async function publishedTypesProblems() {
  const problems = [];
  for (const { name, folder, tarball } of await packAll()) {
    const args = [cli, tarball, '--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'ascii'];
    const data = dataEntries(readManifest(folder).exports ?? {});
    if (data.length > 0) args.push('--exclude-entrypoints', ...data);
    const { code, output } = await run(process.execPath, args, { log: 'published-types' });
    if (code !== 0) problems.push(`${name}:\n${lastLines(output, 40)}`);
  }
  return problems;
}

/**
 * Entries that are files of data, such as weights: there is nothing to have types.
 *
 * @param {Record<string, unknown>} exports
 */
function dataEntries(exports) {
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'string' && !/\.(json|[cm]?js)$/.test(target))
    .map(([entry]) => entry);
}
