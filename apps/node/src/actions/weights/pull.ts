import { formatBytes } from '@convzoo/cost-analysis/format';
import { describeChecksum } from '@convzoo/hub';
import { type OutputOptions, printJson, terminalOf } from '../../output/terminal.js';
import { resolveWeights } from '../../weights/resolve.js';

interface PullOptions extends OutputOptions {
  readonly mirror?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly refresh?: boolean | undefined;
}

export async function pull(text: string, options: PullOptions): Promise<void> {
  const terminal = terminalOf(options);
  const { path, from, record, entry } = await resolveWeights(text, { ...options, terminal });
  if (options.json === true) {
    printJson({ weights: entry?.name ?? text, path, from, ...record });
    return;
  }
  if (record !== undefined) {
    const checked =
      record.published === undefined ? 'its publisher states no checksum' : describeChecksum(record.published);
    const what = from === 'cache' ? 'already in the cache' : 'downloaded';
    terminal.note(`${entry?.name ?? text}: ${what}, ${formatBytes(record.size)}, ${checked}`);
  }
  terminal.print(path);
}
