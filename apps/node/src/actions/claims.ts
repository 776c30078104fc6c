import { type Claim, type ClaimNumber, claims, contradictions } from '@convzoo/cost-analysis/claims';
import { formatInteger } from '@convzoo/cost-analysis/format';
import { claimNames } from '../choices.js';
import { tableLines } from '../output/table.js';
import { type OutputOptions, printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { oneOf } from './model-options.js';

interface ClaimsOptions extends OutputOptions {}

export function showClaims(name: string | undefined, options: ClaimsOptions): void {
  const terminal = terminalOf(options);
  const chosen = oneOf(claimNames, name, 'The name of a claim');
  const found = (chosen === undefined ? claimNames : [chosen]).map((each) => claims[each]());
  if (options.json === true) printJson(chosen === undefined ? found : found[0]);
  else found.forEach((claim, i) => void printClaim(claim, terminal, i > 0));
}

function printClaim(claim: Claim, terminal: Terminal, apart: boolean): void {
  const { width, colors } = terminal;
  const wrong = new Set(contradictions(claim));
  if (apart) terminal.print('');
  terminal.print(colors.bold(claim.name));
  const indented = (text: string): readonly string[] => wrapText(`  ${text}`, width, '  ');
  for (const line of indented(claim.claim)) terminal.print(line);
  terminal.print('');
  for (const step of claim.derivation) {
    for (const line of wrapText(`  - ${step}`, width, '    ')) terminal.print(line);
  }
  terminal.print('');
  const lines = tableLines<ClaimNumber>(
    claim.numbers,
    [
      { title: '  counted', text: ({ label }) => `  ${label}` },
      { title: '', rank: 3, text: ({ value, unit }) => format(value, unit) },
      { title: '', align: 'left', rank: 4, text: ({ unit }) => unit },
      { title: 'formula', rank: 1, text: (number) => verdict(number, wrong) },
      {
        title: 'published',
        rank: 2,
        text: ({ published, unit }) => (published === undefined ? '' : format(published.value, unit)),
      },
    ],
    width,
  );
  for (const line of lines) terminal.print(line);
  terminal.print('');
  for (const line of indented(`Read in ${claim.source}.`)) terminal.print(colors.dim(line));
}

function verdict(number: ClaimNumber, wrong: ReadonlySet<ClaimNumber>): string {
  if (wrong.has(number)) return 'NOT the same';
  return number.formula === undefined ? '' : 'the same';
}

function format(value: number, unit: ClaimNumber['unit']): string {
  if (unit === 'share') return `${(100 * value).toFixed(2)} %`;
  return unit === 'ratio' ? String(value) : formatInteger(value);
}
