import { type Derivation, type ExplainedRow, type Explanation, explainModel } from '@convzoo/cost-analysis/explain';
import { formatCount, formatInteger } from '@convzoo/cost-analysis/format';
import { formatShape } from '@convzoo/layers';
import { UsageError } from '../../errors.js';
import { isModelFile } from '../../network/model.js';
import { type OutputOptions, printJson, type Terminal, terminalOf } from '../../output/terminal.js';
import { wrapText } from '../../output/wrap.js';
import { buildOptions } from '../model-options.js';

interface ExplainOptions extends OutputOptions {
  readonly input?: string | undefined;
  readonly dialect?: string | undefined;
  readonly activations?: boolean | undefined;
}

export function explainCosts(model: string, options: ExplainOptions): void {
  const terminal = terminalOf(options);
  if (isModelFile(model)) {
    throw new UsageError('bad-option', `${model} is a file; only networks of the zoo have published numbers.`);
  }
  const explanation = explainModel(model, buildOptions(options));
  if (options.json === true) printJson(explanation);
  else for (const line of explanationLines(explanation, terminal, options.activations === true)) terminal.print(line);
}

function explanationLines(
  { model, input, macs, params, rows }: Explanation,
  terminal: Terminal,
  activations: boolean,
): readonly string[] {
  const head = `${model}, input ${formatShape(input)}: ${formatInteger(macs)} MACs, ${formatInteger(params)} parameters as we count them.`;
  if (rows.length === 0) return [head, 'Nothing that was published about it is known here.'];
  return [...wrapText(head, terminal.width), ...rows.flatMap((row) => ['', ...rowLines(row, terminal, activations)])];
}

const FIELDS = { macs: 'MACs', params: 'parameters', activations: 'activations' } as const;

function rowLines(
  { row, variants, model, derivations }: ExplainedRow,
  terminal: Terminal,
  all: boolean,
): readonly string[] {
  const { colors, width } = terminal;
  const others = variants.length > 1 ? ` and ${variants.length - 1} more` : '';
  const title = `${row.source}: ${row.name} (${row.variant}${others}) at ${row.height}x${row.width}`;
  return [
    ...wrapText(title, width).map((line) => colors.bold(line)),
    ...wrapText(`  our ${model}; read in ${row.where}`, width, '  ').map((line) => colors.dim(line)),
    ...derivations.filter(({ field }) => all || field !== 'activations').flatMap((one) => derivationLines(one, width)),
  ];
}

/** Columns for a number with its separators and sign. */
const NUMBER = 16;

function derivationLines(derivation: Derivation, width: number): readonly string[] {
  const { field, start, terms, exact, convention, published, rounding, remarks } = derivation;
  const line = (value: string, text: string): readonly string[] => {
    const indent = ' '.repeat(2 + NUMBER + 2);
    const [first = '', ...rest] = wrapText(`${indent}${text}`, width, indent);
    return [`  ${value.padStart(NUMBER)}  ${first.trimStart()}`, ...rest];
  };
  const how = {
    exact: 'published',
    rounded: 'published, rounded',
    cut: 'published, cut off',
    tolerated: 'published, within what its table is off by',
    unexplained: 'published, NOT explained by this',
  }[rounding];
  const sum = terms.length === 0 ? [] : line(`= ${formatInteger(exact)}`, `exactly, under convention ${convention}`);
  const digits = rounding === 'exact' ? formatInteger(published) : formatCount(published);
  return [
    ...line(formatInteger(start), `${FIELDS[field]} as we count them`),
    ...terms.flatMap(({ label, value }) => line(`${value < 0 ? '-' : '+'}${formatInteger(Math.abs(value))}`, label)),
    ...sum,
    ...line(digits, how),
    ...remarks.flatMap((remark) => line('', remark)),
  ];
}
