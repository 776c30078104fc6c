import { formatBytes } from '@convzoo/cost-analysis/format';
import { type CacheEntry, cacheFolder, listCache, pruneCache } from '@convzoo/hub/node';
import { InvalidArgumentError } from 'commander';
import { UsageError } from '../../errors.js';
import { printJson, type Terminal, terminalOf } from '../../output/terminal.js';
import { nameOfUrl } from '../../weights/catalogue.js';
import { command } from '../options.js';

export function cacheCommand() {
  return command('cache')
    .description('Show what is in the cache of weights and how large it is; remove from it')
    .option('--prune', 'remove everything, or what the next two options choose')
    .option('--older-than <age>', 'with --prune: what was not used for so long, e.g. 30d, 12h', age)
    .option('--max-size <size>', 'with --prune: keep so much, the last used first, e.g. 1GB, 500MB', size)
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo weights cache
  $ convzoo weights cache --prune --older-than 30d
  $ convzoo weights cache --prune --max-size 1GB`,
    )
    .action(async (options) => {
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
    });
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

const MILLISECONDS: Readonly<Record<string, number>> = { m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3 };
const BYTES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

function age(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})\s*([mhdw])$/i.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('It must be a number with m, h, d or w: 30d.');
  return Number(count) * (MILLISECONDS[unit.toLowerCase()] ?? 0);
}

function size(text: string): number {
  const [, count, unit = ''] = /^(\d{1,12}(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('It must be a number with MB or GB: 1GB, 500MB.');
  return Math.floor(Number(count) * (BYTES[unit.toLowerCase()] ?? 1));
}
