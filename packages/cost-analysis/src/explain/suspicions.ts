import type { Graph } from '@convzoo/layers';
import { type BuildOptions, type Dialect, type ModelName, models } from '@convzoo/zoo';
import { analyse } from '../analyse.js';
import { conventionNames } from '../conventions/index.js';
import type { PublishedNetwork, PublishedRow } from '../published/index.js';
import { type Rounding, roundingOf } from './rounding.js';
import type { ExplainedField } from './term.js';

export interface Suspect {
  readonly field: ExplainedField;
  readonly published: number;
  readonly tolerance: number;
  readonly row: PublishedRow;
  readonly network: PublishedNetwork;
  /** Networks of the zoo that are published under the same name. */
  readonly relatives: (model: string) => readonly ModelName[];
}

interface Candidate {
  readonly model: string;
  readonly convention: string;
  readonly count: number;
}

/**
 * What a number that does not come out may be instead: the same network, its relatives and other dialects under every
 * convention; cut where others are rounded; twice the MACs, which are FLOPs; thousands of 1024. Sentences; where nothing fits,
 * the nearest. What is known about the row comes last. That something fits is no proof, and the sentences say so.
 */
export function suspicions({ field, published, tolerance, row, network, relatives }: Suspect): readonly string[] {
  const all = candidates({ field, row, network, relatives });
  const fits = readings[field].flatMap(({ what, of, conventions }) =>
    merged(all.filter(({ convention }) => conventions?.includes(convention) ?? true)).flatMap(({ count, who }) => {
      const rounding = roundingOf(of(count), published, tolerance);
      const how = fitting[rounding];
      return how === undefined ? [] : [`${what}${who}: ${of(count).toLocaleString('en-US')}${how}`];
    }),
  );
  const remarks =
    fits.length > 0
      ? [`What would fit, which proves nothing: ${fits.slice(0, MOST).join('; ')}.`]
      : [nearest(published, all)];
  return row.note === undefined ? remarks : [...remarks, row.note];
}

/** More ways than these to read a number explain nothing. */
const MOST = 3;

/** Being near is no explanation. */
const fitting: Readonly<Partial<Record<Rounding, string>>> = { exact: '', rounded: ', rounded', cut: ', cut off' };

interface Reading {
  readonly what: string;
  /** Under which conventions it is likely; by default under all. */
  readonly conventions?: readonly string[];
  readonly of: (count: number) => number;
}

const asIs: Reading = { what: '', of: (count) => count };
const flops: Reading = {
  what: 'FLOPs (2 a MAC), not MACs, of ',
  conventions: ['convzoo', 'conv-only'],
  of: (count) => 2 * count,
};
const kibi: Reading = {
  what: 'in thousands of 1024, ',
  conventions: ['convzoo', 'keras', 'tf-slim'],
  of: (count) => Math.round((count / 1024) * 1000),
};

const readings: Readonly<Record<ExplainedField, readonly Reading[]>> = {
  macs: [asIs, flops],
  params: [asIs, kibi],
  activations: [asIs],
};

/** Counts with everything that gives them, each once. */
function merged(all: readonly Candidate[]): readonly { readonly count: number; readonly who: string }[] {
  const byCount = new Map<number, Candidate[]>();
  for (const candidate of all) byCount.set(candidate.count, [...(byCount.get(candidate.count) ?? []), candidate]);
  return [...byCount].map(([count, [first]]) => ({ count, who: first === undefined ? '' : nameOf(first) }));
}

const nameOf = ({ model, convention }: Candidate): string => `${model} under convention ${convention}`;

function nearest(published: number, all: readonly Candidate[]): string {
  const distance = ({ count }: Candidate): number => Math.abs(count - published);
  const best = all.reduce((least, candidate) => (distance(candidate) < distance(least) ? candidate : least));
  const percent = ((100 * (published - best.count)) / best.count).toFixed(1);
  return (
    `No variant of the network under any convention gives it. The nearest is ${nameOf(best)} with ` +
    `${best.count.toLocaleString('en-US')}, from which the published number is ${percent} % off.`
  );
}

function candidates({ field, row, network, relatives }: Pick<Suspect, 'field' | 'row' | 'network' | 'relatives'>) {
  const input = [row.height, row.width, 3];
  const graphs: (readonly [string, Graph])[] = [[`the source's ${network.model}`, network.build()]];
  for (const name of relatives(network.model)) {
    const { dialects, anyWidth, build } = models[name];
    for (const dialect of dialects as readonly Dialect[]) {
      const options: BuildOptions = { input, dialect, ...(anyWidth && { width: network.width }) };
      graphs.push([`${dialect}'s ${name}`, build(options)]);
    }
  }
  return graphs.flatMap(([name, graph]) =>
    conventionNames.map((convention): Candidate => {
      const { total } = analyse(graph, { convention });
      return { model: name, convention, count: total[field] };
    }),
  );
}
