import { formatShape } from '@convzoo/layers';
import { type FirstDifference, type RecordResult, resultToJson } from '@convzoo/parity';
import { printable } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';
import type { Outcome } from './run.js';

type TapResult = RecordResult['taps'][number];

/** Taps shown before and after the first that disagrees, where not all are asked for. */
const AROUND = 4;

/** One line for a record, whose texts are the file's and so made printable, with its taps where it disagrees or they are asked for. */
export function formatOutcome(outcome: Outcome, terminal: Terminal, verbose: boolean): string {
  const { record, result, failure } = outcome;
  const name = printable(`${record.framework} ${record.case}`);
  const { red, green, bold } = terminal.colors;
  if (failure !== undefined)
    return fold(`${red('FAILED')} ${bold(name)}: ${printable(failure.message)}`, terminal.width);
  const verdict = result.agrees
    ? `${green('agrees')} ${bold(name)}: error ${formatError(result.error)}, ${count(result.taps.length, 'layer')} compared`
    : `${red('PARTS')}  ${bold(name)} ${printable(where(result.firstDifference))}`;
  const lines = [fold(verdict, terminal.width)];
  if (verbose || !result.agrees) lines.push(...tapTable(result, terminal, verbose));
  if ((verbose || !result.agrees) && result.unmatched.length > 0) {
    const names = verbose ? result.unmatched.join(', ') : some(result.unmatched);
    lines.push(
      fold(`Not compared, since nothing here is known to be the same: ${printable(names)}.`, terminal.width, '  '),
    );
  }
  lines.push(...result.hints.map((hint) => fold(printable(hint), terminal.width, '  ')));
  return lines.join('\n');
}

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

const SHOWN = 5;
const some = (names: readonly string[]): string =>
  names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;

function where(difference: FirstDifference | undefined): string {
  if (difference === undefined) return '';
  const { at, node, error, fault, lastAgreed } = difference;
  const place =
    at === 'parameters' ? 'in its parameters' : `at ${at}${node === undefined || node === at ? '' : ` (here ${node})`}`;
  const amount = fault === undefined ? ` by ${formatError(error)}` : `: ${fault}`;
  const before = lastAgreed === undefined ? '' : `; ${lastAgreed} before it agrees`;
  return `${place}${amount}${at === 'parameters' ? '' : before}`;
}

/** Errors are read by their order of magnitude. */
const formatError = (error: number): string => (Number.isFinite(error) ? error.toExponential(1) : 'no number');

function tapTable({ taps }: RecordResult, { width, colors }: Terminal, verbose: boolean): readonly string[] {
  if (taps.length === 0) return [];
  const first = taps.findIndex((tap) => !tap.agrees);
  const shown = verbose || first < 0 ? taps : taps.slice(Math.max(0, first - AROUND), first + 1 + AROUND);
  const rows = shown.map(
    (tap) => [printable(tap.name), tap.node === tap.name ? '' : tap.node, formatShape(tap.shape), mark(tap)] as const,
  );
  const widest = (i: 0 | 1 | 2): number => Math.max(...rows.map((row) => row[i].length));
  // What is left of the line for the two columns of names, after indents, shapes and errors.
  const room = Math.max(24, width - 2 - widest(2) - 16);
  const names = Math.min(widest(0), Math.max(room - widest(1), room >> 1));
  const nodes = Math.min(widest(1), room - names);
  const lines = rows.map(([name, node, shape, error], i) => {
    const line = `  ${cut(name, names)}  ${nodes > 0 ? `${cut(node, nodes)}  ` : ''}${shape.padStart(widest(2))}  ${error}`;
    return shown[i]?.agrees === true ? line : colors.red(line);
  });
  const left = taps.length - shown.length;
  if (left > 0) lines.push(`  ... ${count(left, 'more layer')}; --verbose shows all`);
  return lines;
}

const mark = (tap: TapResult): string =>
  tap.agrees ? formatError(tap.error) : Number.isFinite(tap.error) ? `${formatError(tap.error)} !` : 'differs !';

/** Exactly that wide; the end of a path tells more than its beginning. */
const cut = (text: string, width: number): string =>
  text.length <= width ? text.padEnd(width) : `...${text.slice(text.length - width + 3)}`;

/** Lines of at most `width`, each further one indented. */
function fold(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && visible(line).length + 1 + visible(word).length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}

// Colours take no room.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
const visible = (text: string): string => text.replace(ESCAPES, '');

/** The last line: how many agree, and within what. */
export function summarise(outcomes: readonly Outcome[], tolerance: number): string {
  const agreeing = outcomes.filter(({ agrees }) => agrees).length;
  const [one, all] = [outcomes.length === 1, outcomes.length === agreeing];
  const which = one
    ? `The record ${all ? 'agrees' : 'does not agree'}`
    : `${all ? `All ${agreeing}` : `${agreeing} of ${outcomes.length}`} records agree`;
  return `${which}; an error is over the spread of the logits, or of a layer's values, and at most ${tolerance}.`;
}

export function outcomeToJson({ record, result, failure }: Outcome): Readonly<Record<string, unknown>> {
  if (result !== undefined) return resultToJson(result);
  const { case: name, framework, model } = record;
  return { case: name, framework, model, agrees: false, error: null, taps: [], firstDifference: null, failure };
}
