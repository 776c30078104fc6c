/** Does the addon load and compute? Asked in a child process, since a mismatched library can end the process. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';
import { tellingLine } from './say.mjs';

const CHILD = fileURLToPath(new URL('./load-child.cjs', import.meta.url));

/** Loading takes about a second; a minute covers a cold disk (the library is 560 MB). */
const TIMEOUT_MS = 60_000;

/**
 * @param {import('./tfjs-node.mjs').TfjsNode} tfjs
 * @returns {Promise<{ ok: true, tensorflow: string } | { ok: false, reason: string }>}
 */
export async function loads(tfjs) {
  if (!existsSync(tfjs.addon)) return { ok: false, reason: 'its addon has not been built' };
  const child = await run(process.execPath, [CHILD, tfjs.folder], {
    // 2: TensorFlow writes warnings and errors only, not its greeting about CPU instructions.
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    timeoutMs: TIMEOUT_MS,
  });
  if (child.ok) return { ok: true, tensorflow: JSON.parse(child.stdout.trim().split('\n').at(-1) ?? '{}').tensorflow };
  return { ok: false, reason: child.why === undefined ? tellingLine(child.stderr) : `the child ended by ${child.why}` };
}
