import { locate } from '@convzoo/hub';
import { cacheFolder, listCache } from '@convzoo/hub/node';
import { type PretrainedWeights, pretrainedFor, pretrainedWeights } from '@convzoo/zoo/pretrained';
import { UsageError } from '../../errors.js';
import { type OutputOptions, printJson, type Terminal, terminalOf } from '../../output/terminal.js';
import { writeStdout } from '../../stream/run.js';
import { catalogue } from '../../weights/catalogue.js';
import { embeddedPath } from '../../weights/embedded-path.js';
import { refuseBoth } from '../model-options.js';

interface ListOptions extends OutputOptions {
  readonly jsonl?: boolean | undefined;
}

export async function list(pattern: string | undefined, options: ListOptions): Promise<void> {
  const terminal = terminalOf(options);
  const found = pretrainedWeights().filter(matcher(pattern));
  if (found.length === 0) {
    const near = catalogue.nearest?.(pattern ?? '') ?? [];
    const hint = near.length > 0 ? ` Did you mean ${near.join(', ')}?` : '';
    throw new UsageError('unknown-weights', `No weights of the catalogue are like "${pattern ?? ''}".${hint}`);
  }
  const paths = await cachedPaths();
  const rows = found.map((entry) => ({ entry, path: pathOf(entry, paths) }));
  refuseBoth(options);
  const entries = rows.map(({ entry, path }) => ({ ...entry, path: path ?? null }));
  if (options.jsonl === true) await writeStdout(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  else if (options.json === true) printJson(entries);
  else printTable(terminal, rows);
}

function matcher(pattern: string | undefined): (entry: PretrainedWeights) => boolean {
  if (pattern === undefined) return () => true;
  // A network's name means that network, not those whose names go on; a tag is part of a name.
  const network = new Set(/[*]|\.[a-z]/i.test(pattern) ? [] : pretrainedFor(pattern));
  if (network.size > 0) return (entry) => network.has(entry);
  const parts = pattern.toLowerCase().split('*');
  const escaped = parts.map((part) => part.replaceAll(/[^\w/]/g, '\\$&')).join('.*');
  // Without a star any part of the name will do.
  const expression = new RegExp(parts.length > 1 ? `^${escaped}$` : escaped);
  return ({ name }) => {
    const lower = name.toLowerCase();
    return expression.test(lower) || expression.test(lower.slice(lower.indexOf('/') + 1));
  };
}

async function cachedPaths(): Promise<ReadonlyMap<string, string>> {
  const entries = await listCache(cacheFolder());
  return new Map(entries.filter(({ state }) => state === 'complete').map(({ url, path }) => [url, path]));
}

function pathOf(entry: PretrainedWeights, paths: ReadonlyMap<string, string>): string | undefined {
  return embeddedPath(entry) ?? paths.get(locate(entry.location).url);
}

interface Row {
  readonly entry: PretrainedWeights;
  readonly path: string | undefined;
}

function printTable({ print, width, colors }: Terminal, rows: readonly Row[]): void {
  const columns: readonly (readonly [title: string, cell: (entry: PretrainedWeights) => string])[] = [
    ['top-1', ({ top1 }) => (top1 === undefined ? '-' : top1.toFixed(2))],
    ['params', ({ params }) => `${(params / 1e6).toFixed(1)} M`],
    ['input', ({ input }) => String(input[0])],
  ];
  const names = ['weights', ...rows.map(({ entry }) => entry.name)];
  const cells = columns.map(([title, cell]) => padded([title, ...rows.map(({ entry }) => cell(entry))], 'start'));
  const lines = joined([padded(names, 'end'), ...cells], width - 2);
  lines.forEach((line, index) => {
    print(index === 0 ? colors.dim(`  ${line}`) : `${rows[index - 1]?.path === undefined ? ' ' : '*'} ${line}`);
  });
  const here = rows.filter(({ path }) => path !== undefined).length;
  print(colors.dim(`${rows.length} of ${pretrainedWeights().length} weights; ${here} on this machine (*)`));
}

function padded(texts: readonly string[], side: 'start' | 'end'): readonly string[] {
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => (side === 'start' ? text.padStart(width) : text.padEnd(width)));
}

/** Columns side by side: closer where there is little room, and without the last ones where there is less. */
function joined(columns: readonly (readonly string[])[], room: number): readonly string[] {
  const widthOf = (gap: number, count: number): number =>
    columns.slice(0, count).reduce((sum, [first = '']) => sum + first.length + gap, -gap);
  let [gap, count] = [2, columns.length];
  if (widthOf(gap, count) > room) gap = 1;
  while (count > 1 && widthOf(gap, count) > room) count--;
  const shown = columns.slice(0, count);
  return (shown[0] ?? []).map((_, row) =>
    shown
      .map((column) => column[row])
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}
