import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { headers } from '../serve/headers.mjs';

/** The file's name: it must lie beside the page, or it could not serve all of it. */
export const SERVICE_WORKER = 'service-worker.js';
/** Folder of what is fetched only by those who use it: tfjs and HDF5. */
export const OPTIONAL = 'optional';

/** Tells the built service worker which files there are, and the headers that it adds. */
export function serviceWorker(): Plugin {
  return {
    name: 'convzoo:service-worker',
    apply: 'build',
    enforce: 'post',
    writeBundle({ dir }) {
      if (dir === undefined) return;
      const files = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(dir.length + 1)
            .replaceAll('\\', '/'),
        )
        .filter((file) => file !== SERVICE_WORKER && !file.endsWith('.map'))
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(dir, file)));
      const shell = files.filter((file) => !file.startsWith(`${OPTIONAL}/`) && file !== 'index.html');
      const facts = { version: hash.digest('hex').slice(0, 16), files: ['./', ...shell], headers };
      const path = join(dir, SERVICE_WORKER);
      const code = readFileSync(path, 'utf8');
      if (!code.includes('__FACTS__')) throw new Error('the built service worker has no place for its list of files');
      writeFileSync(path, code.replace('__FACTS__', JSON.stringify(facts)));
    },
  };
}
