import { writeFileAtomic } from '@convzoo/weights/node';
import { modelNames } from '@convzoo/zoo';
import { conventionNames, costAxisNames, sorts } from '../choices.js';
import { type ComparedNetwork, compareNetworks } from '../comparison/compare.js';
import { comparisonCsv, comparisonLines, comparisonMarkdown } from '../comparison/table.js';
import { UsageError } from '../errors.js';
import { type OutputOptions, printJson, terminalOf } from '../output/terminal.js';
import { buildOptions, oneOf } from './model-options.js';

interface CompareOptions extends OutputOptions {
  readonly all?: boolean | undefined;
  readonly input?: string | undefined;
  readonly dialect?: string | undefined;
  readonly convention?: string | undefined;
  readonly sort: string;
  readonly against: string;
  readonly csv?: boolean | undefined;
  readonly markdown?: boolean | undefined;
  readonly svg?: string | undefined;
  readonly html?: string | undefined;
}

export async function compare(models: readonly string[], options: CompareOptions): Promise<void> {
  const terminal = terminalOf(options);
  const sort = oneOf(sorts, options.sort, '--sort') ?? 'given';
  const cost = oneOf(costAxisNames, options.against, '--against') ?? 'macs';
  const compared = await compareNetworks(chosen(models, options.all === true), {
    convention: oneOf(conventionNames, options.convention, '--convention'),
    build: buildOptions(options),
  });
  const networks = sorted(compared, sort);
  if (options.svg !== undefined) {
    const { accuracySvg } = await import('../comparison/charts.js');
    await write(options.svg, await accuracySvg(networks, cost));
  }
  if (options.html !== undefined) {
    const { comparisonHtml } = await import('../comparison/html.js');
    await write(options.html, await comparisonHtml(networks));
  }
  if (options.json === true) printJson(networks);
  else if (options.csv === true) terminal.print(comparisonCsv(networks));
  else if (options.markdown === true) terminal.print(comparisonMarkdown(networks));
  else for (const line of comparisonLines(networks, terminal.width)) terminal.print(line);

  async function write(path: string, text: string): Promise<void> {
    await writeFileAtomic(path, text);
    terminal.note(`Wrote ${path}.`);
  }
}

function chosen(models: readonly string[], all: boolean): readonly string[] {
  if (models.length === 0 && !all) {
    throw new UsageError('bad-option', 'Name the networks to compare, or give --all for every network of the zoo.');
  }
  return all ? [...new Set([...modelNames, ...models])] : models;
}

function sorted(networks: readonly ComparedNetwork[], by: (typeof sorts)[number]): readonly ComparedNetwork[] {
  switch (by) {
    case 'given':
      return networks;
    case 'name':
      return networks.toSorted((a, b) => a.model.localeCompare(b.model, 'en'));
    case 'top1':
      return networks.toSorted((a, b) => (b.accuracy?.top1 ?? -1) - (a.accuracy?.top1 ?? -1));
    default:
      return networks.toSorted((a, b) => a[by] - b[by]);
  }
}
