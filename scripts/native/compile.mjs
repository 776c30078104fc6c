/** The addon's two C++ files, compiled against the cached library. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachedAddon, TENSORFLOW_DIR } from './cache.mjs';
import { run } from './run.mjs';
import { NativeBuildError, say, tellingLine } from './say.mjs';
import { nodeHeaders } from './tools.mjs';

/**
 * What the package's binding.gyp asks of node-gyp, without node-gyp (which would fetch Node's headers).
 * @param {import('./tfjs-node.mjs').TfjsNode} tfjs
 */
export async function compileAddon(tfjs) {
  const target = cachedAddon(tfjs);
  const half = `${target}.${process.pid}.tmp`;
  mkdirSync(dirname(target), { recursive: true });
  say(`compiling the addon of tfjs-node ${tfjs.version} with g++`);
  const binding = join(tfjs.folder, 'binding');
  const sources = readdirSync(binding).filter((name) => name.endsWith('.cc'));
  const gcc = await run('g++', [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-w'],
    ...[`-DNAPI_VERSION=${tfjs.napi}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'],
    ...[`-I${nodeHeaders()}`, `-I${dirname(tfjs.folder)}`, `-I${tfjs.folder}`, `-I${join(TENSORFLOW_DIR, 'include')}`],
    ...sources.map((name) => join(binding, name)),
    ...[`-L${join(TENSORFLOW_DIR, 'lib')}`, '-ltensorflow', '-ltensorflow_framework'],
    // Found from lib/napi-v8/ of the package, where the addon is copied to.
    ...['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', half],
  ]);
  if (!gcc.ok) {
    rmSync(half, { force: true });
    throw new NativeBuildError(
      `g++ failed: ${tellingLine(gcc.stderr)}`,
      'g++ 8 or newer is needed (C++17); if it is, report this line together with the output of g++ --version',
    );
  }
  renameSync(half, target);
}
