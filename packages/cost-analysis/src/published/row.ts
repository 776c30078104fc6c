import type { ConventionName } from '../conventions/index.js';
import { frameworkGroups } from './frameworks.js';
import { notes, notReproducedGroups } from './not-reproduced.js';
import { paperGroups } from './papers.js';

/** Whose numbers they are. */
export type PublishedSource =
  | 'torchvision'
  | 'timm'
  | 'keras'
  | 'keras-applications'
  | 'keras-docstring'
  | 'tf-slim'
  | 'osmr-imgclsmob'
  | 'mxop'
  | 'paper';

/** Rows of one table, which are counted and rounded alike. */
export interface PublishedGroup {
  readonly source: PublishedSource;
  /** Document, with its revision or section. */
  readonly where: string;
  readonly paramsConvention: ConventionName;
  readonly macsConvention: ConventionName;
  /** How far a number may be from the exact one, for having been rounded or cut. */
  readonly paramsTolerance: number;
  readonly macsTolerance: number;
  readonly activationsTolerance: number;
  readonly rows: readonly string[];
}

/** What somebody published about one network; `null` where nothing is said. */
export interface PublishedRow extends Omit<PublishedGroup, 'rows'> {
  /** As it is spelled there. */
  readonly name: string;
  /** Weights, checkpoint or table that the row is about. */
  readonly variant: string;
  readonly height: number;
  readonly width: number;
  readonly params: number | null;
  readonly macs: number | null;
  readonly activations: number | null;
  /** Percent of ImageNet's validation pictures, or as `variant` says; single crop unless it says otherwise. */
  readonly top1: number | null;
  readonly top5: number | null;
  /** Whether counting under the conventions gives these numbers. */
  readonly reproduced: boolean;
  /** What is known about a row that is not reproduced. */
  readonly note?: string;
}

let rows: readonly PublishedRow[] | undefined;

/** Every published row: 282 that counting reproduces, and 17 that are wrong or inconsistent in their source. */
export function publishedRows(): readonly PublishedRow[] {
  rows ??= [
    ...[...frameworkGroups, ...paperGroups].flatMap((group) => rowsOf(group, true)),
    ...notReproducedGroups.flatMap((group) => rowsOf(group, false)),
  ];
  return rows;
}

function rowsOf({ rows: lines, ...group }: PublishedGroup, reproduced: boolean): readonly PublishedRow[] {
  return lines.map((line) => {
    const [name = '', variant = '', size = '', ...numbers] = line.split(' | ');
    const [height = 0, width = 0] = size.split('x').map(Number);
    const [params = null, macs = null, activations = null, top1 = null, top5 = null] = numbers.map(numberOf);
    const note = notes[`${name} | ${variant}`];
    const counts = { params, macs, activations, top1, top5 };
    const row = { ...group, name, variant, height, width, ...counts, reproduced };
    return reproduced || note === undefined ? row : { ...row, note };
  });
}

const numberOf = (text: string): number | null => (text === '-' ? null : Number(text));
