import { formatShape } from '@convzoo/layers';
import { conventions } from '../conventions/index.js';
import type { CostReport } from '../report.js';
import type { CostSheet } from '../sheet.js';
import { printable } from './columns.js';
import { formatBytes, formatCount, formatJoules } from './units.js';

/** The network, its input and the convention, for the top of a table. */
export function headline({ model, input, convention }: CostReport): string {
  return printable(`${model}, input ${formatShape(input)}, convention ${convention}`);
}

function memoryNotes({ memory, training, batch }: CostSheet): readonly string[] {
  const { given, best, weightBytes, inPlace } = memory;
  const order =
    given.bytes === best.bytes ? 'no order needs less' : `${formatBytes(best.bytes)} in the best order found`;
  const { momentum, adam } = training;
  const overwritten = inPlace.length === 0 ? 'nothing in place' : `${inPlace.join(' and ')} in place`;
  return [
    `Memory for ${examples(batch)}: ${formatBytes(weightBytes)} of weights and at most ${formatBytes(given.bytes)} of ` +
      `activations (at ${given.at}, ${overwritten}; ${given.bytes === best.bytes && !best.exact ? 'none better found' : order}).`,
    `A training step on it: ${formatBytes(momentum.peakBytes)} with SGD and momentum, ${formatBytes(adam.peakBytes)} with Adam, ` +
      `${formatBytes(momentum.keptBytes)} of which are activations kept for backward.`,
  ];
}

function energyNotes({ energy }: CostSheet): readonly string[] {
  if (energy === null) return [];
  const { total, macs, dram, onChipBytes, uncounted } = energy;
  const missing = uncounted.length === 0 ? '' : `; ${uncounted.length} layers without a rule are not in it`;
  return [
    `Energy, an estimate for hardware made for it (45 nm, Horowitz 2014): ${formatJoules(total.low)} to ` +
      `${formatJoules(total.high)} a picture, of which arithmetic ${formatJoules(macs)}, DRAM ${formatJoules(dram.low)} to ` +
      `${formatJoules(dram.high)}; results up to ${formatBytes(onChipBytes)} stay on the chip${missing}.`,
  ];
}

const examples = (batch: number): string => (batch === 1 ? 'one picture' : `${batch} pictures`);

/** More uncounted layers than these are only counted: a table may not drown in them. */
const LISTED = 8;

/** The totals in words, what the convention counts, and which layers are not in the totals. */
export function summaryOf(report: CostReport | CostSheet): readonly string[] {
  const { total, dtype, convention, uncounted } = report;
  const lines = [
    `${formatCount(total.params)} parameters and ${formatCount(total.buffers)} buffers, ${formatBytes(total.weightBytes)} ` +
      `as ${dtype}; ${formatCount(total.macs)} MACs = ${formatCount(total.flops)} FLOPs; apart from those ` +
      `${formatCount(total.elementwise)} elementwise; ${formatCount(total.activations)} activations.`,
  ];
  if ('memory' in report) lines.push(...memoryNotes(report), ...energyNotes(report));
  if (Object.hasOwn(conventions, convention)) {
    lines.push(`Counted: ${conventions[convention as keyof typeof conventions].counts}`);
  }
  if (uncounted.length > 0) {
    const listed = uncounted.slice(0, LISTED).map(({ path, op, missing }) => `${path} (${op}: ${missing.join(', ')})`);
    const rest = uncounted.length > LISTED ? ` and ${uncounted.length - LISTED} more` : '';
    lines.push(printable(`Not counted, no rule: ${listed.join('; ')}${rest}.`));
  }
  return lines;
}
