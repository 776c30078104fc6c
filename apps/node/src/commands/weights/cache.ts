import { InvalidArgumentError } from 'commander';
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
      const { cache } = await import('../../actions/weights/cache.js');
      await cache(options);
    });
}

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
