import { formatBytes } from '@convzoo/cost-analysis/format';
import { locate } from '@convzoo/hub';
import { type CacheEntry, cacheFolder, listCache, removeEntry, verifyEntry } from '@convzoo/hub/node';
import { EXIT, UsageError } from '../../errors.js';
import { type OutputOptions, printJson, terminalOf } from '../../output/terminal.js';
import { catalogue, nameOfUrl } from '../../weights/catalogue.js';

interface VerifyOptions extends OutputOptions {
  readonly remove?: boolean | undefined;
}

export async function verifyCache(names: readonly string[], options: VerifyOptions): Promise<number> {
  const terminal = terminalOf(options);
  const folder = cacheFolder();
  const entries = (await listCache(folder)).filter(({ state }) => state === 'complete');
  const chosen = names.length === 0 ? entries : names.map((name) => entryCalled(name, entries));
  const results = [];
  for (const entry of chosen) {
    const { ok, problem } = await verifyEntry(entry);
    const removed = !ok && options.remove === true && (await removeEntry(entry));
    const name = nameOfUrl(entry.url);
    results.push({ weights: name, path: entry.path, size: entry.size, ok, ...(problem && { problem, removed }) });
    if (options.json === true) continue;
    if (ok) terminal.print(`ok       ${name}, ${formatBytes(entry.size)}`);
    else {
      terminal.print(terminal.colors.red(`CHANGED  ${name}: ${problem ?? ''}`));
      terminal.print(`         ${removed ? 'removed' : 'lies at'} ${entry.path}`);
    }
  }
  const bad = results.filter(({ ok }) => !ok);
  if (options.json === true) printJson(results);
  else if (results.length === 0) terminal.note(`Nothing is in the cache at ${folder}.`);
  else if (bad.length > 0 && options.remove !== true)
    terminal.note('Remove what has changed with --remove, then pull it again.');
  return bad.length > 0 ? EXIT.failure : EXIT.ok;
}

function entryCalled(name: string, entries: readonly CacheEntry[]): CacheEntry {
  const { url } = locate(name, catalogue);
  const entry = entries.find((candidate) => candidate.url === url);
  if (entry === undefined) {
    throw new UsageError('no-weights', `${name} is not in the cache. Pull it: convzoo weights pull ${name}`);
  }
  return entry;
}
