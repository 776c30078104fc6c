import { type CostSheet, costSheet } from '@convzoo/cost-analysis';
import { formatCsv, formatJson, formatMarkdown, formatTable } from '@convzoo/cost-analysis/format';
import { backendWords } from '../../backend-names.js';
import { conventionNames, dtypes, inPlaceOps } from '../../choices.js';
import { views } from '../../commands/cost/view.js';
import { UsageError } from '../../errors.js';
import { openModel } from '../../network/model.js';
import { type OutputOptions, terminalOf } from '../../output/terminal.js';
import { buildOptions, oneOf } from '../model-options.js';
import { writePictures } from './pictures.js';

interface CostOptions extends OutputOptions {
  readonly input?: string | undefined;
  readonly classes?: number | undefined;
  readonly dialect?: string | undefined;
  readonly convention?: string | undefined;
  readonly batch: number;
  readonly dtype: string;
  readonly inPlace?: string | undefined;
  readonly per?: string | undefined;
  readonly csv?: boolean | undefined;
  readonly markdown?: boolean | undefined;
  readonly html?: string | undefined;
  readonly svg?: string | undefined;
  readonly roofline?: boolean | undefined;
  readonly backend?: string | undefined;
  readonly threads?: number | undefined;
}

export async function cost(model: string, options: CostOptions): Promise<void> {
  const terminal = terminalOf(options);
  const per = oneOf(views, options.per, '--per') ?? 'layer';
  const convention = oneOf(conventionNames, options.convention, '--convention');
  const dtype = oneOf(dtypes, options.dtype, '--dtype');
  const backend = oneOf(backendWords, options.backend, '--backend');
  const inPlace = options.inPlace?.split(',').map((op) => oneOf(inPlaceOps, op, '--in-place') ?? 'activation');
  const { graph, notes } = await openModel(model, buildOptions(options));
  for (const note of notes) terminal.note(`Note: ${note}.`);
  const { batch, threads } = options;
  if (options.roofline === true) {
    if (options.csv === true || options.markdown === true) {
      throw new UsageError('bad-option', '--roofline has a table and --json; leave out --csv and --markdown.');
    }
    const { printRoofline } = await import('./roofline.js');
    await printRoofline(graph, { terminal, batch, backend, threads, per, json: options.json === true });
    return;
  }
  const sheet: CostSheet = costSheet(graph, { convention, dtype, batch, inPlace });
  await writePictures(graph, sheet, options, terminal);
  if (options.json === true) terminal.print(formatJson(sheet).trimEnd());
  else if (options.csv === true) terminal.print(formatCsv(sheet, { per }).trimEnd());
  else if (options.markdown === true) terminal.print(formatMarkdown(sheet, { per }).trimEnd());
  else terminal.print(formatTable(sheet, { per, width: terminal.width }).trimEnd());
}
