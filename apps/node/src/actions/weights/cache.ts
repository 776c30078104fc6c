import { formatBytes } from '@convzoo/cost-analysis/format';
import { type CacheEntry, cacheFolder, listCache, pruneCache } from '@convzoo/hub/node';
import { UsageError } from '../../errors.js';
import { type OutputOptions, printJson, type Terminal, terminalOf } from '../../output/terminal.js';
import { nameOfUrl } from '../../weights/catalogue.js';

interface CacheOptions extends OutputOptions {
  readonly prune?: boolean | undefined;
  readonly olderThan?: number | undefined;
  readonly maxSize?: number | undefined;
}

export async function cache(options: CacheOptions): Promise<void> {
  const terminal = terminalOf(options);
  const { olderThan, maxSize: maxBytes } = options;
  if (options.prune !== true && (olderThan !== undefined || maxBytes !== undefined)) {
    throw new UsageError('bad-option', '--older-than and --max-size say what --prune removes. Add --prune.');
  }
  const folder = cacheFolder();
  if (options.prune !== true) return show(terminal, folder, await listCache(folder), options.json === true);
  const { removed, busy } = await pruneCache(folder, { olderThan, maxBytes });
  if (options.json === true) {
    printJson({ folder, removed: removed.map(describe), busy: busy.map(describe), freed: total(removed) });
    return;
  }
  for (const entry of removed) terminal.print(`removed  ${labelOf(entry)}, ${formatBytes(entry.size)}`);
  for (const entry of busy) terminal.print(`kept     ${labelOf(entry)}: it is being downloaded`);
  terminal.print(`${formatBytes(total(removed))} freed in ${folder}`);
}

function show({ print, colors }: Terminal, folder: string, entries: readonly CacheEntry[], asJson: boolean): void {
  if (asJson) {
    printJson({ folder, total: total(entries), files: entries.map(describe) });
    return;
  }
  print(folder);
  const sizes = entries.map(({ size }) => formatBytes(size));
  const wide = Math.max(0, ...sizes.map(({ length }) => length));
  entries.forEach((entry, index) => {
    const used = new Date(entry.lastUsed).toISOString().slice(0, 10);
    print(`  ${(sizes[index] ?? '').padStart(wide)}  ${colors.dim(used)}  ${labelOf(entry)}`);
  });
  const files = entries.length === 1 ? 'file' : 'files';
  print(`${formatBytes(total(entries))} in ${entries.length} ${files}${entries.length > 0 ? ', by last use' : ''}`);
}

const total = (entries: readonly CacheEntry[]): number => entries.reduce((sum, { size }) => sum + size, 0);

const labelOf = ({ url, state }: CacheEntry): string =>
  `${nameOfUrl(url)}${state === 'unfinished' ? ' (unfinished)' : ''}`;

const describe = ({ url, path, size, state, lastUsed, record }: CacheEntry) => ({
  weights: nameOfUrl(url),
  url,
  path,
  size,
  state,
  lastUsed: new Date(lastUsed).toISOString(),
  ...(record !== undefined && { sha256: record.sha256, downloaded: record.downloaded }),
});
