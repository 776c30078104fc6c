import { join } from 'node:path';
import { root } from '../workspace/layout.mjs';
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
  for (const { name, tarball } of await packAll()) {
    const args = [cli, tarball, '--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'ascii'];
    const { code, output } = await run(process.execPath, args, { log: 'published-types' });
    if (code !== 0) problems.push(`${name}:\n${lastLines(output, 40)}`);
  }
  return problems;
}
