import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace/layout.mjs';
import { lastLines, run } from '../workspace/run.mjs';
import { publishedPackages } from './packed.mjs';

/**
 * The files that a budget is about: several where the import names them.
 *
 * @param {{ path?: string, import: string | Record<string, string> }} budget
 * @returns {string[]}
 */
function filesOf({ path, import: names }) {
  return [...(path === undefined ? [] : [path]), ...(typeof names === 'string' ? [] : Object.keys(names))];
}

/**
 * size-limit: what one import costs in a bundle, minified and compressed, per package (.size-limit.json).
 *
 * @returns {Promise<string[]>} problems
 */
export async function sizeProblems() {
  /** @type {{ path?: string, import: string | Record<string, string> }[]} */
  const budgets = JSON.parse(readFileSync(join(root, '.size-limit.json'), 'utf8'));
  const without = publishedPackages()
    .filter(({ folder }) => folder.startsWith('packages/'))
    .filter(({ folder }) => !budgets.some((budget) => filesOf(budget).some((file) => file.startsWith(`${folder}/`))))
    .map(({ manifest }) => `${manifest.name} has no budget: add its smallest useful import to .size-limit.json`);
  const bin = join(root, 'node_modules/size-limit/bin.js');
  const { code, output } = await run(process.execPath, [bin], { log: 'size', env: { NO_COLOR: '1' } });
  return code === 0 ? without : [...without, lastLines(output, 80)];
}
