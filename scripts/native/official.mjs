/**
 * The package's own install script: downloads libtensorflow and a ready addon from storage.googleapis.com.
 * It is tried first because it needs neither Python nor a compiler.
 */
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { say, tellingLine } from './say.mjs';

/** Long enough for a slow answer, short enough that a firewall that swallows packets does not hold us up. */
const PROBE_MS = 5_000;

/** About 100 MB at 5 Mbit/s; after that the wheel is tried. */
const DOWNLOAD_MS = 180_000;

/**
 * @param {import('./tfjs-node.mjs').TfjsNode} tfjs
 * @returns {Promise<boolean>} false: it did not work here, and why has been said
 */
export async function tryOfficial(tfjs) {
  const refusal = await probe();
  if (refusal !== undefined) {
    say(`the package's own install script cannot work here: ${refusal}`);
    return false;
  }
  say("running the package's own install script");
  // deps may be our link into the cache: the script would write through it.
  rmSync(join(tfjs.folder, 'deps'), { recursive: true, force: true });
  const script = await keepingManifest(tfjs.folder, () =>
    run(process.execPath, ['scripts/install.js'], {
      cwd: tfjs.folder,
      env: {
        ...process.env,
        PATH: `${join(tfjs.folder, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      },
      timeoutMs: DOWNLOAD_MS,
    }),
  );
  if (!script.ok) {
    rmSync(join(tfjs.folder, 'deps'), { recursive: true, force: true });
    say(`the package's own install script failed: ${script.why ?? tellingLine(script.stderr)}`);
  }
  return script.ok;
}

/**
 * One small request to the download host.
 * @returns {Promise<string | undefined>} why it cannot be reached; undefined when it answers
 */
async function probe() {
  const { HTTPS_PROXY, https_proxy, TFJS_NODE_CDN_STORAGE, TFJS_NODE_BASE_URI } = process.env;
  // Node's fetch knows no proxy, and a mirror may be anything: let the script try.
  if (HTTPS_PROXY || https_proxy || TFJS_NODE_CDN_STORAGE || TFJS_NODE_BASE_URI) return undefined;
  try {
    await fetch('https://storage.googleapis.com/', { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/**
 * The script rewrites its own package.json and puts it back when it ends well; when it is interrupted it does not.
 * pnpm may have hard-linked that file to its store, so it is first made a file of its own.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function keepingManifest(folder, work) {
  const manifest = join(folder, 'package.json');
  const own = `${manifest}.${process.pid}.tmp`;
  const before = readFileSync(manifest);
  copyFileSync(manifest, own);
  renameSync(own, manifest);
  try {
    return await work();
  } finally {
    if (!readFileSync(manifest).equals(before)) {
      writeFileSync(own, before);
      renameSync(own, manifest);
    }
  }
}
