import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './layout.mjs';

/**
 * Every file under a folder, sorted, with forward slashes; nothing if the folder is not there.
 *
 * @param {string} folder relative to the root
 * @returns {string[]} relative to the root
 */
export function filesUnder(folder) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/**
 * A hash over names and contents. Contents, not times: a `git checkout` there and back changes nothing that matters,
 * and reading all sources takes some tens of milliseconds.
 *
 * @param {string[]} files relative to the root; one that is missing counts as such
 * @param {string[]} [facts] anything else that the result depends on
 */
export function contentFingerprint(files, facts = []) {
  const hash = createHash('sha256');
  for (const fact of facts) hash.update(`fact ${fact}\n`);
  for (const file of files) {
    hash.update(`file ${file}\n`);
    try {
      hash.update(
        createHash('sha256')
          .update(readFileSync(join(root, file)))
          .digest(),
      );
    } catch {
      hash.update('missing');
    }
  }
  return hash.digest('hex');
}

/**
 * A hash over names, sizes and times, for files that only tools write: it notices a deleted, truncated or rewritten
 * file without reading them.
 *
 * @param {string[]} files relative to the root
 */
export function statFingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
