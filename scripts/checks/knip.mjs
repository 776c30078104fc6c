import { join } from 'node:path';
import { root } from '../workspace/layout.mjs';
import { lastLines, run } from '../workspace/run.mjs';

/**
 * knip: files nothing imports, exports nothing uses, dependencies nothing needs or nothing declares (knip.json).
 *
 * @returns {Promise<string[]>} problems
 */
export async function knipProblems() {
  const bin = join(root, 'node_modules/knip/bin/knip.js');
  const { code, output } = await run(process.execPath, [bin, '--no-progress', '--no-config-hints'], {
    log: 'knip',
  });
  return code === 0 ? [] : [lastLines(output, 60)];
}
