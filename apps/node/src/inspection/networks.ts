import { formatShape } from '@convzoo/layers';
import type { Fit } from '@convzoo/weights';
import type { ZooVariant } from '@convzoo/zoo';
import { printable } from '../output/printable.js';
import type { Inspection } from './inspect.js';

type Fact = readonly [label: string, text: string];

/** Other networks that are named beside the best. */
const OTHERS = 6;
/** Differences of each kind that are shown. */
const DIFFERENCES = 4;

/** Which network of the zoo a file is of, in facts of a label and a sentence. */
export function describeNetworks({ fits }: Inspection, all: boolean): readonly Fact[] {
  const [best] = fits;
  if (best === undefined) return [['network', 'none of the zoo has anything in common with it']];
  const { kind, classes, report } = best;
  const same = fits.filter((fit) => fit.kind === kind && fit.share === best.share).slice(1);
  const facts: Fact[] = [['network', sentence(best)]];
  if (kind !== 'partly' && same.length > 0) facts.push(['', `the same names and shapes: ${namesOf(same)}`]);
  if (report.leftOut.length > 0) {
    facts.push(['', `${report.leftOut.length} tensors of its auxiliary classifiers are left out`]);
  }
  if (report.ignored.length > 0)
    facts.push(['', `${report.ignored.length} tensors hold no weights, e.g. ${printable(report.ignored[0] ?? '')}`]);
  for (const note of report.notes) facts.push(['', note]);
  if (kind === 'partly') facts.push(...differences(best, all));
  if (classes !== undefined) facts.push(['', `its classifier is for ${classes.found} classes, not ${classes.needed}`]);
  return facts;
}

function sentence({ candidate, kind, total, matched, classes }: Fit<ZooVariant>): string {
  const variant = `${candidate.spec} (${candidate.resolved.dialect}'s variant)`;
  if (kind === 'exact') return `${variant}: all ${total} parameters`;
  if (kind === 'other-classes') return `${variant}, built for ${classes?.found} classes`;
  return `none fits; the closest is ${variant}: ${matched} of its ${total} parameters`;
}

function namesOf(fits: readonly Fit<ZooVariant>[]): string {
  const names = fits.slice(0, OTHERS).map(({ candidate }) => candidate.spec);
  return fits.length > OTHERS ? `${names.join(', ')} and ${fits.length - OTHERS} more` : names.join(', ');
}

function differences({ report }: Fit<ZooVariant>, all: boolean): readonly Fact[] {
  return [
    ...listed(all, 'missing', report.missing, ({ name, shape }) => `${name} ${formatShape(shape)}`),
    ...listed(
      all,
      'mis-shaped',
      report.misshaped,
      ({ name, shape, found }) => `${name} is ${formatShape(found)}, should be ${formatShape(shape)}`,
    ),
    ...listed(all, 'unexpected', report.unexpected, ({ name, shape }) => `${name} ${formatShape(shape)}`),
  ];
}

function listed<T>(all: boolean, label: string, items: readonly T[], line: (item: T) => string): readonly Fact[] {
  const shown = all ? items : items.slice(0, DIFFERENCES);
  const facts = shown.map((item, i): Fact => [i === 0 ? label : '', printable(line(item))]);
  return shown.length < items.length ? [...facts, ['', `and ${items.length - shown.length} more`]] : facts;
}
