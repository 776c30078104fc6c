import { bar } from '../output/bar.js';
import { printable } from '../output/printable.js';
import { type TableColumn, tableLines } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { type ClassResult, type ReliabilityBin, type Scores, wilsonInterval } from './tally.js';

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Classes that are all listed; of more the least often right ones are. */
const ALL_CLASSES = 20;
const WORST = 10;
/** Confusions that are listed. */
const CONFUSIONS = 5;

export interface PrintOptions {
  /** Every class, however many there are. */
  readonly perClass: boolean;
  readonly confusion: boolean;
  readonly calibration: boolean;
}

/** What `evaluate` prints: accuracies, calibration, classes, and what is taken for what. */
export function printScores(
  terminal: Terminal,
  labels: readonly string[],
  scores: Scores,
  { perClass, confusion, calibration }: PrintOptions,
): void {
  const { of, top1, top5 } = scores;
  const line = (text: string): void => {
    for (const each of wrapText(`  ${text}`, terminal.width, '         ')) terminal.print(each);
  };
  const accuracy = (name: string, right: number): void => {
    const [low, high] = wilsonInterval(right, of);
    const range = `95 % interval ${percent(low)} to ${percent(high)}`;
    line(`${name}  ${percent(right / (of || 1))}  (${right} of ${of}; ${range})`);
  };
  accuracy('top-1', top1);
  accuracy('top-5', top5);
  const { ece, confidence, logLoss, brier, bins } = scores.calibration;
  const facts = `ECE ${percent(ece)}, mean confidence ${percent(confidence)}, log loss ${logLoss.toFixed(4)}, Brier ${brier.toFixed(4)}`;
  line(`calibration  ${facts}`);
  printClasses(terminal, labels, scores, perClass);
  printConfusions(terminal, labels, scores, confusion);
  if (calibration) printBins(terminal, bins);
}

function printClasses(terminal: Terminal, labels: readonly string[], scores: Scores, all: boolean): void {
  const seen = scores.classes.filter(({ pictures }) => pictures > 0);
  const isShort = seen.length <= ALL_CLASSES || all;
  const shown = isShort ? seen : seen.toSorted((a, b) => a.recall - b.recall || a.index - b.index).slice(0, WORST);
  const columns: readonly TableColumn<ClassResult>[] = [
    { title: '  class', text: ({ index }) => `  ${printable(labels[index] ?? String(index))}` },
    { title: 'pictures', rank: 1, text: ({ pictures }) => String(pictures) },
    { title: 'recall', rank: 4, text: ({ recall }) => percent(recall) },
    { title: 'precision', rank: 3, text: ({ precision }) => percent(precision) },
    { title: 'F1', rank: 2, text: ({ f1 }) => f1.toFixed(4) },
  ];
  terminal.print('');
  for (const each of tableLines(shown, columns, terminal.width)) terminal.print(each);
  const { recall, precision, f1 } = scores.macro;
  // As scikit-learn's macro average has it: a class that was only predicted counts as well, with a recall of 0.
  const counted = scores.classes.filter(({ pictures, predicted }) => pictures + predicted > 0).length;
  const without = counted - seen.length;
  const more = without === 0 ? '' : ` (${without} that were only predicted have a recall of 0)`;
  const means = `mean of ${counted} classes${more}: recall ${percent(recall)}, precision ${percent(precision)}, F1 ${f1.toFixed(4)}`;
  const rest = isShort ? '' : `; the ${shown.length} least often right of ${seen.length}, --per-class shows all`;
  for (const each of wrapText(`  ${means}${rest}`, terminal.width, '  ')) terminal.print(terminal.colors.dim(each));
}

function printConfusions(terminal: Terminal, labels: readonly string[], scores: Scores, asMatrix: boolean): void {
  const { print, width } = terminal;
  const wrong = scores.confusion.filter(({ index, predicted }) => index !== predicted);
  if (wrong.length === 0 && !asMatrix) return;
  const matrix = asMatrix ? matrixLines(labels, scores, width) : undefined;
  print('');
  if (matrix !== undefined) {
    for (const line of matrix) print(line);
    return;
  }
  const count = asMatrix ? wrong.length : CONFUSIONS;
  const most = wrong.toSorted((a, b) => b.pictures - a.pictures).slice(0, count);
  const name = (index: number): string => printable(labels[index] ?? String(index));
  const columns: readonly TableColumn<(typeof most)[number]>[] = [
    { title: '  most often wrong', text: ({ index, predicted }) => `  ${name(index)}, taken for ${name(predicted)}` },
    { title: 'pictures', text: ({ pictures }) => String(pictures) },
  ];
  for (const line of tableLines(most, columns, width)) print(line);
}

/** The whole matrix, with letters for the columns; undefined where it does not fit. */
function matrixLines(labels: readonly string[], scores: Scores, width: number): readonly string[] | undefined {
  const shown = scores.classes.filter(({ pictures, predicted }) => pictures + predicted > 0);
  const counts = new Map(scores.confusion.map(({ index, predicted, pictures }) => [`${index} ${predicted}`, pictures]));
  const digits = Math.max(3, ...scores.confusion.map(({ pictures }) => String(pictures).length)) + 1;
  const indices = shown.map(({ index }) => index);
  const names = indices.map((index) => printable(labels[index] ?? String(index)));
  const longest = Math.max(...names.map(({ length }) => length));
  const mark = Math.max(...indices.map((index) => String(index).length));
  if (2 + mark + 2 + longest + digits * shown.length > width) return undefined;
  const row = (head: string, cells: readonly string[]): string =>
    `  ${head.padEnd(mark + 2 + longest)}${cells.map((cell) => cell.padStart(digits)).join('')}`;
  const head = row('taken for', indices.map(String));
  const rows = indices.map((index, i) =>
    row(
      `${String(index).padStart(mark)}  ${names[i] ?? ''}`,
      indices.map((predicted) => String(counts.get(`${index} ${predicted}`) ?? '.')),
    ),
  );
  return [head, ...rows];
}

/** Columns of the reliability diagram's bars. */
const BAR = 30;

function printBins({ print, width, colors }: Terminal, bins: readonly ReliabilityBin[]): void {
  const filled = bins.filter(({ pictures }) => pictures > 0);
  const columns: readonly TableColumn<ReliabilityBin>[] = [
    { title: '  confidence', text: ({ from, to }) => `  ${from.toFixed(3)} to ${to.toFixed(3)}` },
    { title: 'pictures', rank: 2, text: ({ pictures }) => String(pictures) },
    { title: 'mean', rank: 3, text: ({ confidence }) => percent(confidence) },
    { title: 'right', rank: 4, text: ({ accuracy }) => percent(accuracy) },
    {
      title: '',
      align: 'left',
      rank: 1,
      text: ({ accuracy }) => bar(accuracy, Math.min(BAR, Math.max(0, width - 55))),
    },
  ];
  print('');
  for (const line of tableLines(filled, columns, width)) print(line);
  const legend =
    '  mean: of the confidence; right: how often the answer was. The two are equal where a network is calibrated.';
  for (const line of wrapText(legend, width, '  ')) print(colors.dim(line));
}
