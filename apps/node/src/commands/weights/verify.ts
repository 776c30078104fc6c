import { formatBytes } from '@convzoo/cost-analysis/format';
import { locate } from '@convzoo/hub';
import { type CacheEntry, cacheFolder, listCache, removeEntry, verifyEntry } from '@convzoo/hub/node';
import { EXIT, UsageError } from '../../errors.js';
import { printJson, terminalOf } from '../../output/terminal.js';
import { catalogue, nameOfUrl } from '../../weights/catalogue.js';
import { command } from '../options.js';

export function verifyWeightsCommand() {
  return command('verify')
    .description('Hash the files of the cache again, and name those that have changed')
    .argument('[weights...]', 'names, hf:// or https:// addresses; everything in the cache if none are given')
    .option('--remove', 'remove the files that have changed')
    .addHelpText(
      'after',
      `
Exit code 1 where a file is not what was downloaded.

Examples:
  $ convzoo weights verify
  $ convzoo weights verify timm/resnet50.a1_in1k --remove`,
    )
    .action(async (names, options) => {
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
      process.exitCode = bad.length > 0 ? EXIT.failure : EXIT.ok;
    });
}

function entryCalled(name: string, entries: readonly CacheEntry[]): CacheEntry {
  const { url } = locate(name, catalogue);
  const entry = entries.find((candidate) => candidate.url === url);
  if (entry === undefined) {
    throw new UsageError('no-weights', `${name} is not in the cache. Pull it: convzoo weights pull ${name}`);
  }
  return entry;
}
